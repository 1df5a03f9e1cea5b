create type app.ticket_status as enum ('new', 'open', 'waiting', 'resolved', 'closed');
create type app.ticket_channel as enum ('email', 'phone', 'portal', 'chat');

create table app.ticket (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  ticket_number varchar(30) not null,
  status app.ticket_status not null default 'new',
  priority app.priority not null default 'medium',
  channel app.ticket_channel not null default 'portal',
  client_id uuid not null,
  contact_id uuid,
  product_id uuid,
  project_id uuid,
  assignee_id uuid,
  description text,
  due_ts timestamptz,
  resolved_ts timestamptz,
  satisfaction integer,
  is_private boolean not null default false,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, ticket_number),
  foreign key (client_id, organization_id) references app.client (id, organization_id) on delete restrict,
  foreign key (contact_id, organization_id) references app.contact (id, organization_id) on delete set null (contact_id),
  foreign key (product_id, organization_id) references app.product (id, organization_id) on delete set null (product_id),
  foreign key (project_id, organization_id) references app.project (id, organization_id) on delete set null (project_id),
  foreign key (assignee_id, organization_id) references app.employee (id, organization_id) on delete set null (assignee_id),
  check (length(btrim(title)) > 0),
  check (satisfaction between 1 and 5)
);

create index idx_ticket_client on app.ticket (client_id, organization_id);
create index idx_ticket_contact on app.ticket (contact_id, organization_id);
create index idx_ticket_product on app.ticket (product_id, organization_id);
create index idx_ticket_project on app.ticket (project_id, organization_id);
create index idx_ticket_assignee on app.ticket (assignee_id, organization_id);
create index idx_ticket_status on app.ticket (organization_id, status, priority);

comment on table app.ticket is 'Question or problem that a client reported.';
comment on column app.ticket.due_ts is 'Deadline promised to the client for an answer.';
comment on column app.ticket.satisfaction is 'Client rating after the ticket was closed, from 1 to 5.';
comment on column app.ticket.is_private is 'Only administrators and users with a grant can see this record.';
