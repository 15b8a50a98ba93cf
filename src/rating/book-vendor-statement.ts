import { Refusal } from "../kernel/refusal";
import { VendorStatement, VendorStatementDocument, VendorStatementInput, hashOfCharges, hashOfStatement, readVendorStatement } from "./vendor-statement";

export interface BookVendorStatementPorts {
  /** The statement of a vendor under an identity, held back until this transaction ends when it is new. */
  findStatement(vendor: string, externalId: string): Promise<VendorStatement | null>;
  /** Those that may charge the same: of the same vendor, month, kind, currency, total and number of lines. */
  findAlike(document: VendorStatementDocument): Promise<VendorStatementDocument[]>;
  holdPeriod(key: string): Promise<void>;
  saveStatement(document: VendorStatementDocument, payloadHash: string): Promise<VendorStatement>;
  audit(statement: VendorStatement): Promise<void>;
}

export interface BookedStatement {
  readonly statement: VendorStatement;
  readonly isNew: boolean;
}

/**
 * Keeps what a vendor says of a month. The same again answers the statement that is there; other content under its externalId,
 * and the same charges under another one (a bill that was sent twice), are CONFLICT and change nothing. With `replaces` it takes
 * the place of an earlier one, which is kept and counts no more: NOT_FOUND where the vendor has none of that identity, CONFLICT
 * where another took its place already. Nothing is posted: it is what metered usage is held against.
 */
export async function bookVendorStatement(ports: BookVendorStatementPorts, input: VendorStatementInput): Promise<BookedStatement> {
  const document = readVendorStatement(input);
  const { vendor, externalId, replaces } = document;
  const payloadHash = hashOfStatement(document);
  const existing = await ports.findStatement(vendor, externalId);
  if (existing && existing.payloadHash === payloadHash) return { statement: existing, isNew: false };
  if (existing) throw new Refusal("CONFLICT", `${vendor} ${externalId} was booked with other content (${existing.total} ${existing.currency}); the first is kept. A corrected statement has an id of its own and says with replaces what it corrects.`, ["externalId"]);
  if (replaces !== null) requireReplaceable(document, replaces, await ports.findStatement(vendor, replaces));
  await requireUnsent(ports, document);
  await ports.holdPeriod(document.period);
  const statement = await ports.saveStatement(document, payloadHash);
  await ports.audit(statement);
  return { statement, isNew: true };
}

function requireReplaceable({ vendor, externalId, period }: VendorStatementDocument, replaces: string, found: VendorStatement | null): void {
  if (replaces === externalId) throw new Refusal("BAD_USER_INPUT", `${externalId} cannot replace itself. Give the corrected statement an id of its own.`, ["replaces"]);
  if (!found) throw new Refusal("NOT_FOUND", `${vendor} has no statement ${replaces.slice(0, 200)}. vendorStatements lists those that there are.`, ["replaces"]);
  if (found.period !== period) throw new Refusal("BAD_USER_INPUT", `${replaces} is of ${found.period}, not of ${period}. A corrected statement is of the same month.`, ["replaces"]);
  if (found.replacedBy !== null) throw new Refusal("CONFLICT", `${replaces} was replaced by ${found.replacedBy} already. Replace that one.`, ["replaces"]);
}

/** What charges nothing may be said as often as one likes. */
async function requireUnsent(ports: BookVendorStatementPorts, document: VendorStatementDocument): Promise<void> {
  if (document.lines.every(({ amount }) => amount === "0")) return;
  const alike = await ports.findAlike(document);
  if (alike.length === 0) return;
  const charges = hashOfCharges(document);
  const first = alike.find((each) => hashOfCharges(each) === charges);
  if (!first) return;
  throw new Refusal("CONFLICT", `${document.vendor} charged exactly this as ${first.externalId} already: it looks like one bill that was sent twice, and nothing was booked. If it is a second charge, say in the description of a line what for.`, ["externalId"]);
}
