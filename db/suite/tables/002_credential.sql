-- Separate from app.person, so that no query about people can return a hash by accident.

create table app.credential (
  person_id uuid primary key references app.person (id) on delete cascade,
  password_hash text not null check (password_hash like '$argon2id$%'),
  changed_ts timestamptz not null default clock_timestamp()
);

comment on table app.credential is 'argon2id password hash of an account. Only app.login reads it.';
