import { Clock } from "../../kernel/clock";
import { invariant } from "../../kernel/refusal";
import { periodStore } from "../../governance/period.store";
import { TenantTransaction } from "../../tenancy/database.store";
import { RecordAudit } from "../../tenancy/request-context";
import { linkStoredCalls } from "../ingest/carried-legs.store";
import { recountLegs } from "../ingest/recount-legs.store";
import { AcknowledgeSilencePorts, SilenceAcknowledgement } from "./acknowledge-silence";
import { makeSource } from "./known-source.store";
import { RegisterSourcePorts } from "./register-source";
import { silencesOf } from "./silences.query";
import { Source, contentOf } from "./source";
import { SetSourceRulesPorts } from "./source-rules";
import { currentSourceRules, findSource } from "./sources.query";

const INSERT_REGISTRATION = `
  insert into metering.source_registration (programme_id, source_id, version, name, owner, contact, kind, status, types, channels, business_unit_ids, use_case_ids, subjects,
    expected_every_seconds, active_days, active_from, active_to, expected_from, late_window_days, registered_by, registered_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9::text[], $10::text[], $11::uuid[], $12::uuid[], $13::text[], $14, $15::text[], $16, $17, $18, $19, $20, $21)`;

/** What `registerSource` needs, over one transaction. Two at the same moment take the same version: the database tries the second again. */
export function registerSourcePorts(tx: TenantTransaction, record: RecordAudit, clock: Clock): RegisterSourcePorts {
  const programmeId = tx.scope.programme.id;
  const ids = async (table: "business_unit" | "use_case", codes: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    const rows = await tx.query<{ id: string; code: string }>(`select id, code from tenancy.${table} where programme_id = $1 and code = any($2)`, [programmeId, codes]);
    return new Map(rows.map(({ id, code }) => [code, id]));
  };
  return {
    findSource: (uri) => findSource(tx, uri),
    unitIds: (codes) => ids("business_unit", codes),
    useCaseIds: (codes) => ids("use_case", codes),
    save: async (uri, version, { name, owner, contact, kind, status, types, channels, subjects, ...rest }, { businessUnits, useCases }) => {
      const wasCarrier = (await findSource(tx, uri))?.registration?.kind === "CARRIER";
      await tx.query(INSERT_REGISTRATION, [
        programmeId, await makeSource(tx, uri), version, name, owner, contact, kind, status, types, channels, businessUnits, useCases, subjects,
        rest.expectedEverySeconds, rest.activeDays, rest.activeFrom, rest.activeTo, rest.expectedFrom, rest.lateWindowDays, tx.scope.principal.subject, new Date(clock.now()),
      ]);
      const saved = await findSource(tx, uri);
      invariant(saved, "a source that was just registered is not there");
      if (kind === "CARRIER" || wasCarrier) await recountLegs(tx, await linkStoredCalls(tx, saved.id), { cause: "CARRIER" });
      return saved;
    },
    audit: (uri, before, after, reason) =>
      record(tx, { action: "registerSource", subjectKind: "Source", subjectKey: uri, reason, before: before && contentOf(before), after: contentOf(after) }),
  };
}

/** What `setSourceRules` needs, over one transaction. */
export function setSourceRulesPorts(tx: TenantTransaction, record: RecordAudit): SetSourceRulesPorts {
  return {
    currentRules: () => currentSourceRules(tx),
    saveRules: async (rules, reason) => {
      await tx.query("insert into metering.source_rules (programme_id, version, require_registered_sources, reason, set_by) values ($1, $2, $3, $4, $5)", [
        tx.scope.programme.id, rules.version, rules.requireRegisteredSources, reason, tx.scope.principal.subject,
      ]);
    },
    audit: (before, after, reason) => record(tx, { action: "setSourceRules", subjectKind: "SourceRules", subjectKey: String(after.version), reason, before: { ...before }, after: { ...after } }),
  };
}

/** What `acknowledgeSilence` needs, over one transaction. */
export function acknowledgeSilencePorts(tx: TenantTransaction, record: RecordAudit, clock: Clock): AcknowledgeSilencePorts {
  const programmeId = tx.scope.programme.id;
  const find = async (source: Source, period: string): Promise<SilenceAcknowledgement | null> => {
    const [row] = await tx.query<SilenceAcknowledgement>(
      `select $4::text as source, period_key as period, covers_until as "coversUntil", reason, acknowledged_by as "acknowledgedBy", acknowledged_at as "acknowledgedAt"
       from metering.silence_acknowledgement where programme_id = $1 and source_id = $2 and period_key = $3 order by covers_until desc limit 1`,
      [programmeId, source.id, period, source.uri],
    );
    return row ?? null;
  };
  return {
    // Only a period that is there is held: holding one would make it.
    holdPeriod: async (key) => ((await periodStore(tx).find(key)) ? ((await periodStore(tx).hold([key]))[0] ?? null) : null),
    findSource: (uri) => findSource(tx, uri),
    silences: async (source, { from, to }) => (await silencesOf(tx, [source], { fromMs: from.getTime(), toMs: to.getTime() }, clock.now())).get(source.id) ?? [],
    findAcknowledgement: (source, period) => find(source, period.key),
    save: async (source, period, coversUntil, reason) => {
      await tx.query("insert into metering.silence_acknowledgement (programme_id, source_id, period_key, covers_until, reason, acknowledged_by, acknowledged_at) values ($1, $2, $3, $4, $5, $6, $7)", [
        programmeId, source.id, period.key, coversUntil, reason, tx.scope.principal.subject, new Date(clock.now()),
      ]);
      const saved = await find(source, period.key);
      invariant(saved, "an acknowledgement that was just made is not there");
      return saved;
    },
    audit: ({ source, period, coversUntil, reason }, silences) =>
      record(tx, {
        action: "acknowledgeSilence", subjectKind: "Source", subjectKey: source, reason,
        after: { period, coversUntil: coversUntil.toISOString(), silences: silences.length, longest: silences.slice(0, 10).map(({ fromMs, toMs }) => ({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() })) },
      }),
  };
}
