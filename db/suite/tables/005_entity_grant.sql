-- Access of one person to one private row. A grant that has expired still counts until app.expire_grants deletes
-- it: policies never look at the clock, or rights would change without a signal.

create table app.entity_grant (
  entity_code varchar(100) not null, -- checked by the trigger; no foreign key, so that a pause of the sync keeps the grants
  entity_id uuid not null,
  person_id uuid not null,
  organization_id uuid not null,
  created_ts timestamptz not null default clock_timestamp(),
  expires_ts timestamptz,
  primary key (person_id, organization_id, entity_code, entity_id),
  foreign key (person_id, organization_id) references app.membership (person_id, organization_id) on delete cascade
);

create index idx_entity_grant_entity on app.entity_grant (entity_code, entity_id);
create index idx_entity_grant_expiry on app.entity_grant (expires_ts) where expires_ts is not null;

comment on table app.entity_grant is 'Lets a member read and write one private row of the organization.';
