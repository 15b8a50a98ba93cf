/** The ERPs that journals are written for. */
export const PROFILE_CODES = ["GENERIC", "NETSUITE", "ORACLE_FBDI", "DYNAMICS_365", "SAP_S4HANA"] as const;
export type ProfileCode = (typeof PROFILE_CODES)[number];

export const DATE_FORMATS = ["YYYY_MM_DD", "MM_DD_YYYY", "DD_MM_YYYY", "YYYY_SLASH_MM_DD", "YYYYMMDD"] as const;
export type DateFormat = (typeof DATE_FORMATS)[number];

/** What a column is filled with, line by line. */
export type CellSource =
  | "externalId" | "shortId" | "groupNumber" | "lineNo" | "postingDate" | "generatedOn" | "postingMonth" | "period" | "currency" | "sellerEntity" | "entity" | "intercompanyEntity"
  | "account" | "accountDisplay" | "costCentre" | "segment" | "debit" | "credit" | "journalText" | "lineText" | "statementLine" | "useCase" | "run";

/** Columns that make the journal balance, or say what it posts and where: no constant stands in for them. */
export const FIGURES: ReadonlySet<CellSource> = new Set<CellSource>(["debit", "credit", "currency", "account", "accountDisplay", "segment", "externalId", "shortId", "groupNumber", "lineNo"]);

export interface Column {
  readonly name: string;
  /** Null: a constant. */
  readonly from: CellSource | null;
  /** Of a constant; null: the account mapping must give one. */
  readonly constant?: string | null;
  /** Of segments, which come as many columns: from 1. */
  readonly segment?: number;
  /** Text beyond so many characters is cut. */
  readonly longest?: number;
  /** Only in a journal between entities. */
  readonly betweenEntities?: boolean;
}

/** How a journal becomes the file that an ERP reads. */
export interface Layout {
  readonly profile: ProfileCode;
  readonly title: string;
  readonly dateFormat: DateFormat;
  /** A block of its own before the lines, once per journal. */
  readonly header: readonly Column[] | null;
  readonly columns: readonly Column[];
  /** Accounts are made of segments, so every rule has to give them. */
  readonly needsSegments: boolean;
  /** False: no column says which entity a line belongs to, so that a journal between entities cannot be told. */
  readonly tellsEntities: boolean;
}

const column = (name: string, from: CellSource, more: Partial<Column> = {}): Column => ({ name, from, ...more });
const constant = (name: string, value: string | null): Column => ({ name, from: null, constant: value });
const NETSUITE_LINE = "Journal Entry - Line";
const SEGMENTS = 30;

/** Layouts are data: a column, and what fills it. What an installation wants otherwise stands in its account mapping. */
export const LAYOUTS: Readonly<Record<ProfileCode, Layout>> = {
  GENERIC: {
    profile: "GENERIC", title: "Generic CSV", dateFormat: "YYYY_MM_DD", header: null, needsSegments: false, tellsEntities: true,
    columns: [
      column("journal_id", "externalId"), column("line_no", "lineNo"), column("posting_date", "postingDate"), column("period", "period"), column("entity", "entity"), column("account", "account"),
      column("cost_centre", "costCentre"), column("intercompany_entity", "intercompanyEntity"), column("currency", "currency"), column("debit", "debit"), column("credit", "credit"),
      column("description", "lineText"), column("reference", "statementLine"), column("use_case", "useCase"), column("allocation_run_id", "run"),
    ],
  },
  NETSUITE: {
    profile: "NETSUITE", title: "NetSuite CSV import, journal entry", dateFormat: "MM_DD_YYYY", header: null, needsSegments: false, tellsEntities: true,
    columns: [
      column("External ID", "externalId"), column("Date", "postingDate"), column("Posting Period", "postingMonth"), column("Subsidiary", "sellerEntity"), column("Currency", "currency"), column("Memo", "journalText"),
      column(`${NETSUITE_LINE}: Subsidiary`, "entity", { betweenEntities: true }), column(`${NETSUITE_LINE}: Account`, "account"), column(`${NETSUITE_LINE}: Debit`, "debit"), column(`${NETSUITE_LINE}: Credit`, "credit"),
      column(`${NETSUITE_LINE}: Memo`, "lineText"), column(`${NETSUITE_LINE}: Department`, "costCentre"), constant(`${NETSUITE_LINE}: Class`, ""), constant(`${NETSUITE_LINE}: Location`, ""),
    ],
  },
  ORACLE_FBDI: {
    profile: "ORACLE_FBDI", title: "Oracle Fusion or EBS, GL_INTERFACE", dateFormat: "YYYY_SLASH_MM_DD", header: null, needsSegments: true, tellsEntities: true,
    columns: [
      constant("STATUS", "NEW"), constant("LEDGER_ID", null), column("ACCOUNTING_DATE", "postingDate"), constant("USER_JE_SOURCE_NAME", "Apportion"), constant("USER_JE_CATEGORY_NAME", "Chargeback"),
      column("CURRENCY_CODE", "currency"), column("DATE_CREATED", "generatedOn"), constant("ACTUAL_FLAG", "A"),
      ...Array.from({ length: SEGMENTS }, (_, index) => column(`SEGMENT${index + 1}`, "segment", { segment: index + 1 })),
      column("ENTERED_DR", "debit"), column("ENTERED_CR", "credit"), column("ACCOUNTED_DR", "debit"), column("ACCOUNTED_CR", "credit"),
      column("REFERENCE1", "externalId"), column("REFERENCE4", "externalId"), column("REFERENCE10", "lineText", { longest: 240 }), column("GROUP_ID", "groupNumber"),
    ],
  },
  DYNAMICS_365: {
    profile: "DYNAMICS_365", title: "Dynamics 365 Finance, general journal entity", dateFormat: "YYYY_MM_DD", header: null, needsSegments: false, tellsEntities: false,
    columns: [
      column("JOURNALBATCHNUMBER", "shortId"), column("LINENUMBER", "lineNo"), constant("ACCOUNTTYPE", "Ledger"), column("ACCOUNTDISPLAYVALUE", "accountDisplay"), column("TRANSDATE", "postingDate"),
      column("CURRENCYCODE", "currency"), column("DEBITAMOUNT", "debit"), column("CREDITAMOUNT", "credit"), column("TEXT", "lineText", { longest: 60 }),
      constant("OFFSETACCOUNTTYPE", ""), constant("OFFSETACCOUNTDISPLAYVALUE", ""), column("VOUCHER", "shortId"),
    ],
  },
  SAP_S4HANA: {
    profile: "SAP_S4HANA", title: "SAP S/4HANA, upload of general journal entries", dateFormat: "YYYYMMDD", needsSegments: false, tellsEntities: true,
    header: [
      column("Batch ID", "shortId"), column("Company Code", "sellerEntity"), constant("Journal Entry Type", "SA"), column("Journal Entry Date", "postingDate"), column("Posting Date", "postingDate"),
      column("Transaction Currency", "currency"), column("Document Header Text", "journalText", { longest: 25 }), column("Reference", "shortId"),
    ],
    columns: [
      column("Line Company Code", "entity"), column("G/L Account", "account"), column("Debit Amount", "debit"), column("Credit Amount", "credit"), column("Cost Center", "costCentre"),
      column("Assignment", "useCase", { longest: 18 }), column("Item Text", "lineText", { longest: 50 }),
    ],
  },
};

/** Every column of a layout, that of its header too. */
export const columnsOf = (layout: Layout): readonly Column[] => [...(layout.header ?? []), ...layout.columns];
