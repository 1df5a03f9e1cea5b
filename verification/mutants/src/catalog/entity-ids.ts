import type { Mutant } from "../mutant.ts";

const keys = "db/core/functions/003_entity_key.sql";
const logging = "db/core/triggers/001_entity_logging.sql";
const gateway = "services/gateway/src";

const canonicalText = {
  test: "db/test/entity-id.pg.test.ts",
  name: "the id of a row is the canonical text of its key, whatever the writer's settings",
};
const changedKey = {
  test: "db/test/key-and-truncate.pg.test.ts",
  name: "a key that changes is logged as the deletion of the old id and the creation of the new one",
};
const containerNames = {
  test: "db/test/entity-id.pg.test.ts",
  name: "a container is named by the code of the row behind it: by foreign key, whatever goes live first, or by the column",
};
const readableContainers = {
  test: `${gateway}/sync/rights/rights-reader.pg.test.ts`,
  name: "a container is readable if its row is; of tenants and persons only the own one",
};

/** Mutants of ids, which are the canonical text of any key, and of the names of containers. */
export const entityIdMutants: readonly Mutant[] = [
  {
    name: "numeric-id-with-zeros",
    rule: "SUB-2",
    breaks: "the id of a numeric key has no trailing zeros, so that equal numbers are one id",
    patches: [{ file: keys, find: "format('trim_scale(%s)::text', value)", replace: "format('%s::text', value)" }],
    caughtBy: canonicalText,
  },
  {
    name: "date-id-by-session",
    rule: "SUB-2",
    breaks: "the id of a date does not depend on the DateStyle of the writer",
    patches: [
      {
        file: keys,
        find: "when 'date' then format('(to_json(%s) #>> ''{}'')', value)",
        replace: "when 'date' then format('%s::text', value)",
      },
    ],
    caughtBy: canonicalText,
  },
  {
    name: "time-id-by-session",
    rule: "SUB-2",
    breaks: "the id of a point in time does not depend on the time zone of the writer",
    patches: [
      {
        file: keys,
        find: "format('((to_json(%s at time zone ''UTC'') #>> ''{}'') || ''Z'')', value)",
        replace: "format('(to_json(%s) #>> ''{}'')', value)",
      },
    ],
    caughtBy: canonicalText,
  },
  {
    name: "bytea-id-by-session",
    rule: "SUB-2",
    breaks: "the id of a bytea key does not depend on the bytea_output of the writer",
    patches: [
      {
        file: keys,
        find: "format('(''\\x'' || encode(%s, ''hex''))', value)",
        replace: "format('%s::text', value)",
      },
    ],
    caughtBy: canonicalText,
  },
  {
    name: "composite-id-unquoted",
    rule: "SUB-2",
    breaks: "a composite id is the text that JSON.stringify prints",
    patches: [
      {
        file: keys,
        find: "else 'to_json(array[' || string_agg(k.expression, ', ' order by k.n) || '])::text' end",
        replace:
          "else '(''[\"'' || array_to_string(array[' || string_agg(k.expression, ', ' order by k.n) || '], ''\",\"'') || ''\"]'')' end",
      },
    ],
    caughtBy: {
      test: "db/test/entity-id.pg.test.ts",
      name: "a composite id is the text that JSON.stringify prints",
    },
  },
  {
    name: "composite-id-in-table-order",
    rule: "SUB-2",
    breaks: "the texts of a composite id are in the order of the key",
    patches: [
      {
        file: keys,
        find: "string_agg(k.expression, ', ' order by k.n) || '])::text' end",
        replace: "string_agg(k.expression, ', ' order by k.n desc) || '])::text' end",
      },
    ],
    caughtBy: canonicalText,
  },
  {
    name: "id-not-canonical-in-database",
    rule: "SUB-2",
    breaks: "a text that is not the canonical text of a key names no row",
    patches: [
      {
        file: keys,
        find: "|| format(' and %s = %s', @extschema@.sync_key_text(e.table_name, e.key_columns, alias), id)",
        replace: "|| ''",
      },
    ],
    caughtBy: {
      test: "db/test/entity-id.pg.test.ts",
      name: "a text that is not the canonical text of a key names no row, and is no error",
    },
  },
  {
    name: "id-not-canonical-in-requests",
    rule: "SUB-2",
    breaks: "an id that only equals a key under the rules of its type names no row: padded char, citext, 24:00:00",
    patches: [
      {
        file: `${gateway}/db/entity-id.ts`,
        find: "  if (columns.every(({ baseType }) => exactTypes[baseType])) return matches;\n",
        replace: "  if (columns.length > 0) return matches;\n",
      },
    ],
    caughtBy: {
      test: `${gateway}/rest/odd-names-and-ids.pg.test.ts`,
      name: "rows are addressed by the canonical text of a key of type %s, and other texts name no row",
    },
  },
  {
    name: "integer-id-with-zeros",
    rule: "SUB-2",
    breaks: "007 is not the id of row 7",
    patches: [
      {
        file: `${gateway}/db/entity-id.ts`,
        find: "const integer = /^(?:0|-?[1-9]\\d{0,18})$/;",
        replace: "const integer = /^-?\\d{1,19}$/;",
      },
    ],
    caughtBy: {
      test: `${gateway}/rest/odd-names-and-ids.pg.test.ts`,
      name: "rows are addressed by the canonical text of a key of type %s, and other texts name no row",
    },
  },
  {
    name: "tenant-text-of-another-type",
    rule: null,
    breaks: "a person or tenant whose text is no value of the column's type sees no row, and is no error",
    patches: [
      {
        file: "db/core/functions/001_context.sql",
        find: "exception when others then\n  return null;\nend $$;",
        replace: "end $$;",
      },
    ],
    caughtBy: {
      test: "db/test/policy.pg.test.ts",
      name: "a person or tenant whose text is no value of the column's type sees no row, and is no error",
      error: "invalid input syntax for type uuid",
    },
  },
  {
    name: "char-id-cut",
    rule: "INV-9",
    breaks: "the text of a char key is compared in full: a grant is logged with the containers of its row",
    patches: [
      {
        file: "db/core/functions/001_context.sql",
        find: "format_type(pg_typeof(type), -1)",
        replace: "format_type(pg_typeof(type), null)",
      },
    ],
    caughtBy: {
      test: "db/test/entity-id.pg.test.ts",
      name: "a text that is not the canonical text of a key names no row, and is no error",
    },
  },
  {
    name: "key-change-as-update",
    rule: "G1",
    breaks: "a key that changes is logged as the deletion of the old id and the creation of the new one",
    patches: [
      {
        file: logging,
        find: "case when o.%1$I is null then 1 when n.%1$I is null then 3 else 2 end as action",
        replace: "2 as action",
      },
    ],
    caughtBy: changedKey,
  },
  {
    name: "key-change-unlogged",
    rule: "G1",
    breaks: "a key that changes is logged as the deletion of the old id and the creation of the new one",
    patches: [{ file: logging, find: "from newt n full join oldt o on", replace: "from newt n join oldt o on" }],
    caughtBy: changedKey,
  },
  {
    name: "container-without-code",
    rule: "INV-3",
    breaks: "a container's name begins with an entity code, so that project 5 and account 5 are two containers",
    patches: [{ file: keys, find: "format('%L || %s', c.code || '/', c.id)", replace: "c.id" }],
    caughtBy: containerNames,
  },
  {
    name: "container-code-of-former-time",
    rule: "INV-3",
    breaks: "a table that goes live under another code gives the containers of its children this code",
    patches: [{ file: logging, find: "    if v_codes <> child.container_codes then", replace: "    if false then" }],
    caughtBy: containerNames,
  },
  {
    name: "half-key-container",
    rule: "INV-3",
    breaks: "a reference of several columns names no container while one of them is null",
    patches: [{ file: keys, find: "      if cardinality(v_columns) > 1 then", replace: "      if false then" }],
    caughtBy: containerNames,
  },
  {
    name: "tenant-container-missing",
    rule: "INV-3",
    breaks: "the tenant of a row is one of its containers",
    patches: [
      { file: keys, find: "           where e.tenant_column is not null\n", replace: "           where false\n" },
    ],
    caughtBy: containerNames,
  },
  {
    name: "foreign-tenant-readable",
    rule: "SUB-5",
    breaks: "the container of another tenant cannot be subscribed to",
    patches: [
      {
        file: `${gateway}/sync/rights/rights-reader.ts`,
        find: 'if (typeof tenant === "string" && ids.includes(tenant)) readable.set(tenantContainer(tenant), null);',
        replace: 'if (typeof tenant === "string") for (const id of ids) readable.set(tenantContainer(id), null);',
      },
    ],
    caughtBy: readableContainers,
  },
  {
    name: "tenant-by-token-readable",
    rule: "SUB-5",
    breaks: "the container of a tenant whose membership has ended cannot be subscribed to with an old token",
    patches: [
      {
        file: `${gateway}/sync/rights/rights-reader.ts`,
        find: "const tenant = rows[0]?.id;",
        replace: "const tenant = rows.length > 0 ? subject.organizationId : null;",
      },
    ],
    caughtBy: readableContainers,
  },
  {
    name: "foreign-person-readable",
    rule: "SUB-5",
    breaks: "the container of another person cannot be subscribed to",
    patches: [
      {
        file: `${gateway}/sync/rights/rights-reader.ts`,
        find: "if (ids.includes(subject.personId)) readable.set(personContainer(subject.personId), null);",
        replace: "for (const id of ids) readable.set(personContainer(id), null);",
      },
    ],
    caughtBy: readableContainers,
  },
  {
    name: "container-of-any-type-accepted",
    rule: "CON-8",
    breaks: "an entry of within that names no container of the type is refused, instead of waiting for ever",
    patches: [
      {
        file: `${gateway}/sync/subscriptions/entity-names.ts`,
        find: "if (parts && (declared.includes(parts.entityCode) || commonCodes.includes(parts.entityCode)))",
        replace: "if (parts)",
      },
    ],
    caughtBy: {
      test: `${gateway}/sync/subscriptions/entity-names.test.ts`,
      name: "a name that no container of the type can have is refused with the names that would do",
    },
  },
  {
    name: "bare-container-guessed",
    rule: "CON-8",
    breaks: "a bare id in within is refused where it could name containers of several types",
    patches: [
      {
        file: `${gateway}/sync/subscriptions/entity-names.ts`,
        find: "if (only !== undefined && others.length === 0) return",
        replace: "if (only !== undefined && others.length >= 0) return",
      },
    ],
    caughtBy: {
      test: `${gateway}/sync/subscriptions/entity-names.test.ts`,
      name: "a name that no container of the type can have is refused with the names that would do",
    },
  },
  {
    name: "container-id-as-sent",
    rule: "SUB-2",
    breaks: "the id inside a container's name is compared in canonical form",
    patches: [
      {
        file: `${gateway}/sync/subscriptions/entity-names.ts`,
        find: "return { container: containerName(parts.entityCode, canonical(parts.entityCode, parts.entityId)) };",
        replace: "return { container: name };",
      },
    ],
    caughtBy: {
      test: `${gateway}/sync/subscriptions/entity-names.test.ts`,
      name: "ids of rows and containers are spelled as in the log",
    },
  },
];
