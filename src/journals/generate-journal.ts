import { isPeriodKey, lastDayOf, requirePeriodKey } from "../kernel/period";
import { Refusal, invariant } from "../kernel/refusal";
import { Statement } from "../chargeback";
import { Period, isClosed } from "../governance";
import { AccountMapping } from "./account-mapping";
import { PostableCharge, UnallocatedAmount, UnmappedAmount, draftLines, unmappedOf } from "./draft-journal";
import { Journal, JournalDraft, JournalKind, JournalLine, debitOf, externalIdOf, hashJournal, mirrored } from "./journal";
import { hashSources } from "./journal-sources";
import { ProfileCode } from "./layout";
import { JournalFile, renderJournal } from "./render-journal";

const MOST_NAMED = 200;

export interface GenerateJournalInput {
  readonly period: string;
  readonly profile: ProfileCode;
  /** "2025-10-31"; the last day of the month when left out. */
  readonly postingDate?: string | null;
  /** True: post anew where the mapping of the month says otherwise than the journal that stands. */
  readonly remap?: boolean | null;
}

export interface GenerateJournalPorts {
  /** Code of the programme, and ISO 4217 code of its currency with its decimals. */
  readonly programme: string;
  readonly currency: string;
  readonly exponent: number;
  newId(): string;
  /** Holds the period for this transaction alone; NOT_FOUND when there is nothing in it. */
  lockPeriod(key: string): Promise<Period>;
  /** The newest version of every statement of the period, by code of the unit. */
  newestStatements(period: string): Promise<readonly Statement[]>;
  chargesOf(statements: readonly Statement[]): Promise<readonly PostableCharge[]>;
  unallocatedOf(period: string): Promise<readonly UnallocatedAmount[]>;
  /** The newest approved mapping that is in effect in the period. */
  mappingOf(period: string): Promise<AccountMapping | null>;
  findMapping(version: number): Promise<AccountMapping | null>;
  /** The journals of the newest version, reversal first; empty while there is none. */
  newestJournals(period: string): Promise<readonly Journal[]>;
  linesOf(journal: Journal): Promise<readonly JournalLine[]>;
  /** Stores journals and proves inside the transaction that they balance and post the statements. */
  saveJournals(drafts: readonly JournalDraft[]): Promise<void>;
  /** Profiles that a journal was written for. */
  profilesOf(journal: Journal): Promise<ReadonlySet<ProfileCode>>;
  saveFile(journal: Journal, file: JournalFile, mappingVersion: number): Promise<void>;
  audit(period: string, profile: ProfileCode, made: readonly Journal[], written: readonly JournalFile[]): Promise<void>;
}

/**
 * Makes the journal of a closed month, and its file for an ERP. While the statements stand as they are it is made once and
 * answered from then on, whatever becomes of the mapping. When a statement has a newer version, the journal that stands is
 * taken back by a reversal and the month is posted anew, under ids of their own.
 */
export async function generateJournal(ports: GenerateJournalPorts, input: GenerateJournalInput): Promise<readonly Journal[]> {
  const key = requirePeriodKey(input.period);
  const postingDate = readPostingDate(input.postingDate ?? null, key);
  const period = await ports.lockPeriod(key);
  if (!isClosed(period)) throw new Refusal("PERIOD_OPEN", `${key} is ${period.status}: its figures may still change. Close it and issue its statements first.`, ["period"]);
  const statements = await ports.newestStatements(key);
  if (statements.length === 0) throw new Refusal("NOT_READY", `No statements of ${key} were issued. Issue them first.`, ["period"]);
  const before = await ports.newestJournals(key);
  const drafts = await draftJournals(ports, { key, postingDate, remap: input.remap ?? false, statements, before });
  if (drafts.length > 0) await ports.saveJournals(drafts);
  const journals = drafts.length > 0 ? await ports.newestJournals(key) : before;
  const other = journals.find((journal) => postingDate !== null && journal.postingDate !== postingDate);
  if (other) throw new Refusal("CONFLICT", `${other.externalId} is made, with the posting date ${other.postingDate}. Leave postingDate out to have it.`, ["postingDate"]);
  const written = await writeFiles(ports, key, input.profile, journals);
  if (drafts.length > 0 || written.length > 0) await ports.audit(key, input.profile, drafts.length > 0 ? journals : [], written);
  return journals;
}

interface Drafting {
  readonly key: string;
  readonly postingDate: string | null;
  readonly remap: boolean;
  readonly statements: readonly Statement[];
  readonly before: readonly Journal[];
}

/** What is to be made; empty when the journal that stands posts what is there. */
async function draftJournals(ports: GenerateJournalPorts, { key, postingDate, remap, statements, before }: Drafting): Promise<JournalDraft[]> {
  // Showback shows a unit its share and posts nothing.
  const posted = statements.filter(({ mode }) => mode === "CHARGEBACK");
  const unallocated = await ports.unallocatedOf(key);
  const isCurrent = before.length > 0 && (await sourceHashNow(ports, before[0]!, posted, unallocated)) === before[0]!.sourceHash;
  if (isCurrent && !remap) return [];
  const mapping = await ports.mappingOf(key);
  if (mapping === null) throw new Refusal("NOT_READY", `No account mapping is approved for ${key}. Propose one with proposeAccountMapping and have a second person approve it.`, ["period"]);
  const lines = requireMapped(mapping, await ports.chargesOf(posted), unallocated, key);
  const standing = before.find(({ kind }) => kind === "POSTING");
  if (lines.length === 0 && !standing) {
    if (before.length > 0) return [];
    throw new Refusal("NOT_READY", `There is nothing to post for ${key}: ${posted.length === 0 ? "its units are shown their cost (SHOWBACK) and not charged" : "its statements are empty"}.`, ["period"]);
  }
  const version = (before[0]?.version ?? 0) + 1;
  const common = { periodKey: key, version, currency: ports.currency, postingDate: postingDate ?? lastDayOf(key), sourceHash: hashSources(mapping.rules, posted, unallocated) };
  const made = (kind: JournalKind, ofVersion: number, content: Pick<JournalDraft, "reversesId" | "mappingVersion" | "statementIds" | "lines">): JournalDraft => {
    const draft = { ...common, ...content, id: ports.newId(), kind, externalId: externalIdOf(ports.programme, key, ofVersion, kind), totalMinor: debitOf(content.lines) };
    return { ...draft, hash: hashJournal(draft) };
  };
  const posting = lines.length === 0 ? [] : [made("POSTING", version, { reversesId: null, mappingVersion: mapping.version, statementIds: posted.map(({ id }) => id), lines })];
  if (!standing) return posting;
  const standingLines = await ports.linesOf(standing);
  if (isCurrent && sameAccounts(standingLines, lines)) return [];
  return [made("REVERSAL", standing.version, { reversesId: standing.id, mappingVersion: standing.mappingVersion, statementIds: [], lines: mirrored(standingLines) }), ...posting];
}

/** What there is to post now by the rules that a journal was made by: a mapping that names more since does not make it outdated. */
async function sourceHashNow(ports: GenerateJournalPorts, journal: Journal, posted: readonly Statement[], unallocated: readonly UnallocatedAmount[]): Promise<string> {
  const mapping = await ports.findMapping(journal.mappingVersion);
  invariant(mapping, "a journal by a mapping that is not there");
  return hashSources(mapping.rules, posted, unallocated);
}

const sameAccounts = (a: readonly JournalLine[], b: readonly JournalLine[]): boolean => {
  const plain = (lines: readonly JournalLine[]): string => hashJournal({ externalId: "", currency: "", postingDate: "", lines });
  return plain(a) === plain(b);
};

function requireMapped(mapping: AccountMapping, charges: readonly PostableCharge[], unallocated: readonly UnallocatedAmount[], key: string): JournalLine[] {
  const unmapped = unmappedOf(mapping, charges);
  if (unmapped.length > 0) {
    const named = unmapped.slice(0, MOST_NAMED).map(unmappedInWords).join("; ");
    const more = unmapped.length > MOST_NAMED ? `; and ${unmapped.length - MOST_NAMED} more, which unmappedAccounts lists` : "";
    throw new Refusal("NOT_READY", `Account mapping ${mapping.version} does not say where all of ${key} goes: ${named}${more}.`, ["period"]);
  }
  return draftLines(mapping, charges, unallocated);
}

/** "retail, pool platform, ALLOCATION: no account". */
export function unmappedInWords({ businessUnit, pool, kind, missing }: UnmappedAmount): string {
  return `${businessUnit}, ${pool === null ? "no pool" : `pool ${pool}`}, ${kind}: ${missing === "account" ? "no account" : "no cost centre, neither in the rule nor of the unit"}`;
}

/** Every journal of the version as a file of the profile; what is written stays, byte by byte. */
async function writeFiles(ports: GenerateJournalPorts, key: string, profile: ProfileCode, journals: readonly Journal[]): Promise<JournalFile[]> {
  const written: JournalFile[] = [];
  let options: AccountMapping | null = null;
  for (const journal of journals) {
    if ((await ports.profilesOf(journal)).has(profile)) continue;
    options ??= await ports.mappingOf(key);
    const file = renderJournal(profile, options?.profiles.find((each) => each.profile === profile) ?? null, journal, await ports.linesOf(journal), ports.exponent);
    await ports.saveFile(journal, file, options?.version ?? journal.mappingVersion);
    written.push(file);
  }
  return written;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

function readPostingDate(text: string | null, period: string): string | null {
  if (text === null) return null;
  const month = text.slice(0, 7);
  if (!DATE.test(text) || !isPeriodKey(month) || month < period || text < `${month}-01` || text > lastDayOf(month)) {
    throw new Refusal("BAD_USER_INPUT", `"${text.slice(0, 20)}" is no posting date of ${period}. Write a day of that month or a later one, for example ${lastDayOf(period)}.`, ["postingDate"]);
  }
  return text;
}
