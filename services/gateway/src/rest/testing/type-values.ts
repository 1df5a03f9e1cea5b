import type { RestUnderTest } from "./start-rest.ts";

/** SQL expressions of values by type. */
export const typeValues: readonly (readonly [type: string, ...expressions: string[]])[] = [
  ["smallint", "-32768", "32767"],
  ["integer", "-2147483648"],
  ["bigint", "9223372036854775807", "-9223372036854775808", "9007199254740993", "5"],
  ["numeric", "12345678901234567890.1234567890", "'NaN'", "'Infinity'", "'-Infinity'", "1.50", "0.000", "10^200"],
  ["numeric(20,4)", "1.5", "1234567890123456.7891"],
  ["real", "0.1", "'NaN'", "'-Infinity'", "'-0'", "3.4028235e38"],
  ["double precision", "0.1", "'Infinity'", "'-0'", "5e-324", "1.7976931348623157e308", "1e23"],
  ["money", "'-1234.56'", "'92233720368547758.07'"],
  ["boolean", "true", "false"],
  ["text", "'a'", "''", "E'\\u2028\"\\\\\\n'", "'NULL'"],
  ["varchar(10)", "'ab '"],
  ["char(5)", "'ab'"],
  ['"char"', "'x'"],
  ["name", "'a name'"],
  ["bytea", "'\\x00ff41'", "''"],
  ["date", "'2026-02-28'", "'0044-03-15 BC'", "'infinity'", "'-infinity'", "'20260-01-01'"],
  ["time", "'24:00:00'", "'12:34:56.123456'"],
  ["timetz", "'12:34:56.123456+05:30:15'"],
  ["timestamp", "'2026-02-28 12:34:56.123456'", "'0044-03-15 10:00:00 BC'", "'infinity'"],
  [
    "timestamptz",
    "'2026-02-28 12:34:56.123456+00'",
    "'0044-03-15 10:00:00+00 BC'",
    "'-infinity'",
    "'20260-01-01 00:00Z'",
  ],
  ["interval", "'1 year -2 mons 3 days -04:05:06.789'", "'-00:00:01'", "'178000000 years'"],
  ["uuid", "'0579cec6-eac9-5947-a776-a4573ec7ab66'"],
  ["json", `'{ "b":1,"a": 12345678901234567890.10,"a":2}'`, "'null'", "'\"x\"'", "'[]'", "'1e400'"],
  ["jsonb", `'{"b":1.0,"a":12345678901234567890.10}'`, "'null'", "'[1,null]'", "'1e400'", "'false'"],
  ["xml", "'<a b=\"c\">d</a>'"],
  ["inet", "'10.0.0.1'", "'::1/64'"],
  ["cidr", "'10.0.0.0/8'"],
  ["macaddr", "'08:00:2b:01:02:03'"],
  ["macaddr8", "'08:00:2b:01:02:03:04:05'"],
  ["bit(3)", "B'101'"],
  ["varbit", "B'10110'", "B''"],
  ["point", "'(0.1,-0)'", "'(Infinity,NaN)'"],
  ["line", "'{1,2,3}'"],
  ["lseg", "'[(0,0),(1,1)]'"],
  ["box", "'(1,1),(0,0)'"],
  ["path", "'[(0,0),(1,1)]'", "'((0,0),(1,1))'"],
  ["polygon", "'((0,0),(1,1),(1,0))'"],
  ["circle", "'<(0,0),1.5>'"],
  ["tsvector", "'a:1A fat:2B,4'"],
  ["tsquery", "'a & !b | c:*'"],
  ["pg_lsn", "'16/B374D848'"],
  ["oid", "4294967295"],
  ["xid", "'4294967295'"],
  ["xid8", "'18446744073709551615'"],
  ["tid", "'(1,2)'"],
  ["regclass", "'pg_class'", "'app.logging'"],
  ["regtype", "'integer'", "'text[]'"],
  ["regproc", "'pg_catalog.substring(text,int)'::regprocedure::oid"],
  ["regprocedure", "'pg_catalog.substring(text,int)'"],
  ["regrole", "'postgres'"],
  ["int2vector", "'1 2 3'"],
  ["jsonpath", "'$.a[*] ? (@ > 1)'"],
  ["pg_snapshot", "'10:20:10,14,15'"],
  ["int4range", "'[1,5)'", "'empty'", "'(,5)'"],
  ["numrange", "'(1.50,2.5]'"],
  ["tstzrange", `'["2026-01-01 00:00:00.123456+00",infinity)'`],
  ["int4multirange", "'{[1,3),[5,7)}'", "'{}'"],
  ["int[]", "'{1,NULL,3}'", "'{}'", "'{{1,2},{3,NULL}}'", "'[0:1]={1,2}'", "'[2:2][-1:0]={{1,2}}'"],
  ["bigint[]", "'{9223372036854775807,NULL}'", "'{{1},{2}}'"],
  ["numeric[]", "'{1.50,NaN,NULL}'", "'[5:5]={1.0}'"],
  ["double precision[]", "'{0.1,NaN,-0,Infinity}'"],
  ["boolean[]", "'{t,f,NULL}'"],
  ["text[]", `'{a,NULL,"NULL","a,b","\\"{}\\\\","", " "}'`, "'{{a,b},{c,d}}'"],
  ["timestamptz[]", "'{2026-01-01 00:00:00.5+00,infinity}'"],
  [
    "json[]",
    `array['{"a": 1,"a":12345678901234567890}'::json, null]`,
    "array['null'::json]",
    "array[array['1'::json]]",
  ],
  ["jsonb[]", `array['[1.0]'::jsonb, '"x"']`, "array['null'::jsonb, null]"],
  ["box[]", "array['(1,1),(0,0)'::box, null]"],
  ["interval[]", "array['1 day 02:00:00'::interval]"],
  ["bytea[]", "array['\\x00'::bytea]"],
  ["mood", "'so so'", "'null'"],
  ["mood[]", `'{"so so",NULL}'`],
  ["pair", `'(1,"a ""b"", (c)")'`, "'(,)'"],
  ["pair[]", `array[row(9007199254740993,'x')::pair, null]`],
  ["positive", "12345678901234567890.10"],
  ["numbers", "'{1.50,2}'"],
  ["pair_domain", "'(1,x)'"],
  ["citext", "'AbC'"],
  ["hstore", `'"b"=>"1", "a"=>NULL'`],
  ["ltree", "'a.b.c'"],
  ["citext[]", "'{A,NULL}'"],
  ["point[]", "array['(1,2)'::point]"],
];

/** Creates the types that the table names beside PostgreSQL's. */
const ownTypes = `
  create type app.mood as enum ('so so', 'null');
  create type app.pair as (a bigint, b text);
  create domain app.positive as numeric check (value > 0);
  create domain app.numbers as numeric[];
  create domain app.pair_domain as app.pair;
  create extension if not exists citext schema app;
  create extension if not exists hstore schema app;
  create extension if not exists ltree schema app;`;

/** Creates a live table per type, `value_<index>` with a column `value`, one row per value and one with null. */
export async function createValueTables(rest: RestUnderTest): Promise<void> {
  const { organizationId } = rest.identity("bob");
  const tables = typeValues.map(([type, ...expressions], at) => {
    const rows = [...expressions, "null"].map((value, id) => `(${id}, '${organizationId}', ${value})`);
    return `
      create table value_${at} (id int primary key, organization_id uuid not null, value ${type});
      select app.enable_sync('app.value_${at}', 'value_${at}');
      ${rows.map((row) => `insert into value_${at} values ${row};`).join("\n")}`;
  });
  const client = await rest.db.pool.connect();
  try {
    await client.query(`set search_path = app, public; ${ownTypes} ${tables.join("\n")}`);
  } finally {
    client.release(true); // with its search path
  }
  await rest.registry.refresh();
}
