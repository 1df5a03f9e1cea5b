-- Which person belongs to which organization. Every right begins here, so each change is logged as a change of
-- rights of that person (entity code "person") and makes the gateways check what he still may hold.

create type app.membership_role as enum ('admin', 'member', 'guest');

create table app.membership (
  person_id uuid not null references app.person (id) on delete cascade,
  organization_id uuid not null references app.organization (id) on delete cascade,
  role app.membership_role not null default 'member',
  created_ts timestamptz not null default clock_timestamp(),
  primary key (person_id, organization_id)
);

create index idx_membership_organization on app.membership (organization_id);

comment on table app.membership is 'A person in an organization, with a role.';
comment on column app.membership.role is 'admin sees private rows too; member and guest see a private row only with a grant.';
