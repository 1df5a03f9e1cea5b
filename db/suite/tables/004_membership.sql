-- Which person belongs to which organization. All rights derive from it, so each change is logged for the person (entity
-- code "person") and makes the gateways recheck that person's subscriptions.

create type app.membership_role as enum ('admin', 'member', 'guest');

create table app.membership (
  person_id uuid not null references app.person (id) on delete cascade,
  organization_id uuid not null references app.organization (id) on delete cascade,
  role app.membership_role not null default 'member',
  created_ts timestamptz not null default clock_timestamp(),
  primary key (person_id, organization_id)
);

create index idx_membership_organization on app.membership (organization_id);

comment on table app.membership is 'Membership of a person in an organization, with a role.';
comment on column app.membership.role is 'admin: sees all rows. member, guest: see a private row only with a grant.';
