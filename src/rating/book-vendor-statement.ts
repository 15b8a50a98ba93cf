import { Canonical } from "../kernel/canonical";
import { hashOf } from "../kernel/hash";
import { Refusal } from "../kernel/refusal";
import { VendorStatement, VendorStatementDocument, VendorStatementInput, readVendorStatement } from "./vendor-statement";

export interface BookVendorStatementPorts {
  /** The statement of a vendor under an identity, held back until this transaction ends when it is new. */
  findStatement(vendor: string, externalId: string): Promise<VendorStatement | null>;
  holdPeriod(key: string): Promise<void>;
  saveStatement(document: VendorStatementDocument, payloadHash: string): Promise<VendorStatement>;
  audit(statement: VendorStatement): Promise<void>;
}

export interface BookedStatement {
  readonly statement: VendorStatement;
  readonly isNew: boolean;
}

/**
 * Keeps what a vendor says of a month. The same again answers the statement that is there; other content under its externalId is
 * CONFLICT and changes nothing. Nothing is posted: it is what metered usage is held against.
 */
export async function bookVendorStatement(ports: BookVendorStatementPorts, input: VendorStatementInput): Promise<BookedStatement> {
  const document = readVendorStatement(input);
  const payloadHash = hashOf(document as unknown as Canonical);
  const existing = await ports.findStatement(document.vendor, document.externalId);
  if (existing && existing.payloadHash === payloadHash) return { statement: existing, isNew: false };
  if (existing) throw new Refusal("CONFLICT", `${document.vendor} ${document.externalId} was booked with other content (${existing.total} ${existing.currency}); the first is kept. A corrected statement has an id of its own.`, ["externalId"]);
  await ports.holdPeriod(document.period);
  const statement = await ports.saveStatement(document, payloadHash);
  await ports.audit(statement);
  return { statement, isNew: true };
}
