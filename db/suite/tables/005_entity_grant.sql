-- Gives one person access to one private row. An expired grant counts until app.expire_grants deletes it: if policies
-- depended on the clock, rights would change without a signal to the gateways.

create table app.entity_grant (
  entity_code varchar(100) not null, -- checked by a trigger; a foreign key would lose the grants when the sync is paused
  entity_id text not null,
  person_id uuid not null,
  organization_id uuid not null,
  created_ts timestamptz not null default clock_timestamp(),
  expires_ts timestamptz,
  primary key (person_id, organization_id, entity_code, entity_id),
  foreign key (person_id, organization_id) references app.membership (person_id, organization_id) on delete cascade
);

create index idx_entity_grant_entity on app.entity_grant (entity_code, entity_id);
create index idx_entity_grant_expiry on app.entity_grant (expires_ts) where expires_ts is not null;

comment on table app.entity_grant is 'Allows a member to read and write one private row of the organization.';
