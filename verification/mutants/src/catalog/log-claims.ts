import type { Mutant } from "../mutant.ts";

/** Mutants of claims and the lease. */
export const logClaimMutants: readonly Mutant[] = [
  {
    name: "claim-unlocked",
    rule: "G1",
    breaks: "a claim that waited for another one continues from its head",
    patches: [
      {
        file: "db/core/functions/007_claim.sql",
        find: "from @extschema@.sync_state s where s.leader_id = me for update;",
        replace: "from @extschema@.sync_state s where s.leader_id = me;",
      },
    ],
    caughtBy: {
      test: "db/test/claim-sequence.pg.test.ts",
      name: "a claim that waited for another one continues from its head",
    },
  },
  {
    name: "claim-any-isolation",
    rule: "G1",
    breaks:
      "a claim under another isolation level is rejected, because it would keep the snapshot from before the lock",
    patches: [
      {
        file: "db/core/functions/007_claim.sql",
        find: "if current_setting('transaction_isolation') <> 'read committed' then",
        replace: "if false then",
      },
    ],
    caughtBy: {
      test: "db/test/claim-sequence.pg.test.ts",
      name: "a claim under another isolation level is rejected, because it would keep the snapshot from before the lock",
    },
  },
  {
    name: "claim-after-promotion",
    rule: "HINT-9",
    breaks: "a claim under a lease that was taken before the server was promoted starts a new epoch",
    patches: [
      {
        file: "db/core/functions/007_claim.sql",
        find: "if v_head < expected_head or v_other_history then",
        replace: "if v_head < expected_head then",
      },
    ],
    caughtBy: { test: "db/test/lead.pg.test.ts" },
  },
  {
    name: "claim-returns-rows",
    rule: "G6",
    breaks:
      "a client that stops reading does not keep the lock: the result is one small row, and the call commits on its own",
    patches: [
      {
        file: "db/core/functions/007_claim.sql",
        find: "  return next;",
        replace:
          "  return query select v_head + 1, l.sync_seq, v_epoch from @extschema@.logging l where l.sync_seq > v_head and l.sync_seq <= v_last;",
      },
    ],
    caughtBy: {
      test: "db/test/claim-fence.pg.test.ts",
      name: "a client that stops reading does not keep the lock: the result is one small row, and the call commits on its own",
    },
  },
  {
    name: "claim-head-by-limit",
    rule: "HINT-1",
    breaks: "a rollback leaves no gap, and a late commit is numbered after the commits that overtook it",
    patches: [
      {
        file: "db/core/functions/007_claim.sql",
        find: "set head_seq = v_last, log_epoch",
        replace: "set head_seq = v_head + n, log_epoch",
      },
    ],
    caughtBy: {
      test: "db/test/claim-sequence.pg.test.ts",
      name: "a rollback leaves no gap, and a late commit is numbered after the commits that overtook it",
    },
  },
  {
    name: "claim-unfenced",
    rule: "G1",
    breaks: "only the leader can claim, and only while its lease lasts",
    patches: [
      {
        file: "db/core/functions/007_claim.sql",
        find: "from @extschema@.sync_state s where s.leader_id = me for update;",
        replace: "from @extschema@.sync_state s for update;",
      },
    ],
    caughtBy: {
      test: "db/test/claim-fence.pg.test.ts",
      name: "only the leader can claim, and only while its lease lasts",
    },
  },
  {
    name: "claim-ignores-lease",
    rule: "G1",
    breaks: "only the leader can claim, and only while its lease lasts",
    patches: [
      {
        file: "db/core/functions/007_claim.sql",
        find: "if not found or v_lease <= clock_timestamp() then",
        replace: "if not found then",
      },
    ],
    caughtBy: {
      test: "db/test/claim-fence.pg.test.ts",
      name: "only the leader can claim, and only while its lease lasts",
    },
  },
  {
    name: "claim-lease-by-now",
    rule: "G1",
    breaks: "a claim fails if the lease expires while it waits for the lock",
    patches: [
      {
        file: "db/core/functions/007_claim.sql",
        find: "if not found or v_lease <= clock_timestamp() then",
        replace: "if not found or v_lease <= now() then",
      },
    ],
    caughtBy: {
      test: "db/test/claim-fence.pg.test.ts",
      name: "a claim fails if the lease expires while it waits for the lock",
    },
  },
  {
    name: "claim-unordered",
    rule: "HINT-12",
    breaks: "numbers follow the order of the writes, also within one statement",
    patches: [
      {
        file: "db/core/functions/007_claim.sql",
        find: "v_head + row_number() over (order by l.created_ts, l.entity_version) as seq",
        replace: "v_head + row_number() over (order by l.created_ts, l.entity_version desc) as seq",
      },
    ],
    caughtBy: {
      test: "db/test/claim-sequence.pg.test.ts",
      name: "numbers follow the order of the writes, also within one statement",
    },
  },
  {
    name: "claim-by-version-only",
    rule: "HINT-12",
    breaks: "numbers follow the order of the writes, also within one statement",
    patches: [
      {
        file: "db/core/functions/007_claim.sql",
        find: "v_head + row_number() over (order by l.created_ts, l.entity_version) as seq",
        replace: "v_head + row_number() over (order by l.id) as seq",
      },
    ],
    caughtBy: {
      test: "db/test/claim-sequence.pg.test.ts",
      name: "numbers follow the order of the writes, also within one statement",
      error: "a pending row changed during the claim",
    },
  },
  {
    name: "claim-gap-accepted",
    rule: "HINT-1",
    breaks: "a claim fails if an operator requeues a row meanwhile, and its retry leaves no gap",
    patches: [
      { file: "db/core/functions/007_claim.sql", find: "if v_last <> v_head + v_count then", replace: "if false then" },
    ],
    caughtBy: {
      test: "db/test/claim-sequence.pg.test.ts",
      name: "a claim fails if an operator requeues a row meanwhile, and its retry leaves no gap",
    },
  },
  {
    name: "claim-takes-views",
    rule: "HINT-1",
    breaks: "rows of action VIEW are never claimed",
    patches: [
      {
        file: "db/core/functions/007_claim.sql",
        find: "     where l.sync_status = 'pending' and l.action <> 0 and l.created_ts >= p_from\n     order by",
        replace: "     where l.sync_status = 'pending' and l.created_ts >= p_from\n     order by",
      },
    ],
    caughtBy: { test: "db/test/claim-sequence.pg.test.ts", name: "rows of action VIEW are never claimed" },
  },
  {
    name: "claim-epoch-kept",
    rule: "HINT-9",
    breaks: "a head below the expected one means lost numbers and starts a new log epoch",
    patches: [
      {
        file: "db/core/functions/007_claim.sql",
        find: "if v_head < expected_head or v_other_history then",
        replace: "if v_other_history then",
      },
    ],
    caughtBy: {
      test: "db/test/claim-fence.pg.test.ts",
      name: "a head below the expected one means lost numbers and starts a new log epoch",
    },
  },
  {
    name: "claim-not-durable",
    rule: "G1",
    breaks: "lease and claim are committed durably whatever the session's setting",
    patches: [
      {
        file: "db/core/functions/007_claim.sql",
        find: "perform set_config('synchronous_commit', 'on', true);",
        replace: "perform 1;",
      },
    ],
    caughtBy: {
      test: "db/test/lead.pg.test.ts",
      name: "lease and claim are committed durably whatever the session's setting",
    },
  },
  {
    name: "claim-lease-not-renewed",
    rule: "HINT-5",
    breaks: "a claim renews the lease",
    patches: [
      {
        file: "db/core/functions/007_claim.sql",
        find: "lease_until = greatest(s.lease_until, clock_timestamp() + interval '3 s')",
        replace: "lease_until = s.lease_until",
      },
    ],
    caughtBy: { test: "db/test/claim-fence.pg.test.ts", name: "a claim renews the lease" },
  },
  {
    name: "claim-window-ignored",
    rule: "G6",
    breaks: "a bounded claim leaves older rows to an unbounded claim",
    patches: [
      {
        file: "db/core/functions/007_claim.sql",
        find: "     where l.sync_status = 'pending' and l.action <> 0 and l.created_ts >= p_from\n     order by",
        replace: "     where l.sync_status = 'pending' and l.action <> 0\n     order by",
      },
    ],
    caughtBy: {
      test: "db/test/claim-sequence.pg.test.ts",
      name: "a bounded claim leaves older rows to an unbounded claim",
    },
  },
  {
    name: "claim-plan-free",
    rule: "G6",
    breaks: "the plan of a claim does not depend on the statistics of the log: it uses the index and no JIT",
    patches: [{ file: "db/core/functions/007_claim.sql", find: "set enable_seqscan = off\n", replace: "" }],
    caughtBy: {
      test: "db/test/claim-fence.pg.test.ts",
      name: "the plan of a claim does not depend on the statistics of the log: it uses the index and no JIT",
    },
  },
  {
    name: "lead-takes-running-lease",
    rule: "HINT-5",
    breaks: "another watcher can lead only after the lease has expired or was released",
    patches: [
      {
        file: "db/core/functions/006_lead.sql",
        find: "where s.leader_id = me or s.leader_id is null or s.lease_until < clock_timestamp()",
        replace: "where true",
      },
    ],
    caughtBy: {
      test: "db/test/lead.pg.test.ts",
      name: "another watcher can lead only after the lease has expired or was released",
    },
  },
  {
    name: "lead-waits-for-far-lease",
    rule: "HINT-5",
    breaks: "a lease left by a leader that died before the clock stepped back can be taken",
    patches: [
      {
        file: "db/core/functions/006_lead.sql",
        find: "or s.lease_until > clock_timestamp() + ttl + interval '1 s'",
        replace: "",
      },
    ],
    caughtBy: {
      test: "db/test/clock-steps.pg.test.ts",
      name: "a lease left by a leader that died before the clock stepped by %s can be taken",
      error: "another watcher is the leader",
    },
  },
  {
    name: "claim-floor-not-raised",
    rule: "G3",
    breaks: "a row created again after the clock stepped back is newer than its deletion that was claimed before",
    patches: [
      {
        file: "db/core/functions/007_claim.sql",
        find: "perform setval('@extschema@.version_floor', v_version);",
        replace: "null;",
      },
    ],
    caughtBy: {
      test: "db/test/clock-steps.pg.test.ts",
      name: "a row created again after the clock stepped back is newer than its deletion that was claimed before",
    },
  },
  {
    name: "claim-ignores-step-back",
    rule: "G1",
    breaks: "a step of the clock back with pending rows starts a new epoch",
    patches: [
      {
        file: "db/core/functions/007_claim.sql",
        find: "if v_version > (extract(epoch from clock_timestamp()) * 1000000)::bigint + 1000000 then",
        replace: "if false then",
      },
    ],
    caughtBy: {
      test: "db/test/clock-steps.pg.test.ts",
      name: "a step of the clock by %s with pending rows starts at most one new epoch",
    },
  },
  {
    name: "lead-timeline-ignored",
    rule: "HINT-9",
    breaks: "a lease taken on another timeline or server starts a new log epoch",
    patches: [
      {
        file: "db/core/functions/006_lead.sql",
        find: "case when s.system_identifier <> v_system or s.timeline <> v_timeline then gen_random_uuid() else s.log_epoch end",
        replace: "s.log_epoch",
      },
    ],
    caughtBy: {
      test: "db/test/lead.pg.test.ts",
      name: "a lease on another server history (%s) starts a new log epoch",
    },
  },
  {
    name: "lead-not-durable",
    rule: "G1",
    breaks: "lease and claim are committed durably whatever the session's setting",
    patches: [
      {
        file: "db/core/functions/006_lead.sql",
        find: "perform set_config('synchronous_commit', 'on', true);",
        replace: "perform 1;",
      },
    ],
    caughtBy: {
      test: "db/test/lead.pg.test.ts",
      name: "lease and claim are committed durably whatever the session's setting",
    },
  },
];
