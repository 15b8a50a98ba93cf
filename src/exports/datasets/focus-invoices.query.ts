import { groupBy } from "../../kernel/group-by";
import { TenantTransaction } from "../../tenancy/database.store";
import { ComputedDataset, Fact, fact, fromFacts } from "../computed-dataset.query";
import { Column, Dataset, date, text } from "../dataset";
import { cost, none } from "./focus-columns.query";
import { focusCostAndUsage, focusMonth } from "./focus.query";

const BILLING_PERIOD: readonly Column[] = [
  text(["BillingPeriodStart", `to_char(m.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`, "First instant of the month, UTC."]),
  text(["BillingPeriodEnd", `to_char(m.ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`, "First instant after it, UTC."]),
  text(["BillingPeriodCreated", `to_char(m.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`, "When it was opened, UTC."]),
  text(["BillingPeriodLastUpdated", `to_char(greatest(m.created_at, m.closed_at, (select max(s.recorded_at) from chargeback.restatement_request s where s.programme_id = $1 and s.period_key = m.key)) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`, "When it was opened, closed or last asked to be restated, UTC."]),
  text(["BillingPeriodStatus", "case m.status when 'CLOSED' then 'Closed' else 'Open' end", "Open or Closed."]),
  text(["InvoiceIssuerName", "issuer.name", "The programme's name."]),
  text(["x_Period", "m.key", "Year and month of the programme's calendar."]),
  date(["x_PeriodStart", "to_date(m.key, 'YYYY-MM')", "First day of the month; from and to are about it."]),
];

/** The months, as FOCUS 1.4 writes billing periods. */
export const focusBillingPeriod: Dataset = {
  name: "focus_billing_period",
  version: 1,
  title: "FOCUS 1.4 billing periods",
  grain: "period",
  operation: "Query.periods",
  scope: "focus",
  readers: ["FINANCE", "AUDITOR"],
  time: "x_PeriodStart",
  byPeriod: false,
  asOfRun: false,
  superseding: null,
  columns: BILLING_PERIOD,
  key: ["x_Period"],
  filters: [],
  from: "from governance.period m join tenancy.programme issuer on issuer.id = m.programme_id where m.programme_id = $1",
  revision: null,
};

const INVOICE_DETAIL: readonly Column[] = [
  cost("BilledCost", "What the invoice says of the category; the rows of focus_cost_and_usage of this invoice and category sum to it."),
  text(fact("BillingAccountId", "The programme.")),
  text(fact("BillingCurrency", "ISO 4217.")),
  text(fact("BillingPeriodEnd", "First instant after the month that charges it, UTC.")),
  text(fact("BillingPeriodStart", "First instant of the month that charges it, UTC.")),
  text(fact("ChargeCategory", "Usage, Credit or Adjustment.")),
  text(fact("InvoiceDetailCreated", "When the month was closed, or restated, UTC.")),
  text(fact("InvoiceDetailDescription", "In words.")),
  text(fact("InvoiceDetailGrain", "Charge Category.")),
  text(fact("InvoiceDetailId", "Invoice and category.")),
  text(fact("InvoiceDetailLastUpdated", "As InvoiceDetailCreated.")),
  text(fact("InvoiceId", "As in focus_cost_and_usage.")),
  text(fact("InvoiceIssueDate", "As InvoiceDetailCreated.")),
  text(fact("InvoiceIssueStatus", "Issued.")),
  text(fact("InvoiceIssuerName", "The programme's name.")),
  text(fact("PaymentCurrency", "As BillingCurrency: chargeback is settled in the books.")),
  cost("PaymentCurrencyBilledCost", "As BilledCost."),
  none("PaymentCurrencyInvoiceDetailId", "Null: nothing is paid in another currency."),
  none("PaymentDueDate", "Null: nothing is paid."),
  none("PaymentTerms", "Null."),
  none("PurchaseOrderNumber", "Null."),
  none("ReferenceInvoiceId", "The invoice that a restated one changes; null otherwise."),
  text(fact("x_Period", "Year and month that charges it, in the programme's calendar.")),
  date(fact("x_PeriodStart", "First day of that month; from and to are about it.")),
];

/** What closed months charge by invoice and category, as FOCUS 1.4 writes invoice details. */
export const focusInvoiceDetail: ComputedDataset = {
  ...focusCostAndUsage,
  name: "focus_invoice_detail",
  title: "FOCUS 1.4 invoice details of closed months",
  grain: "invoice x charge category, of closed months",
  columns: INVOICE_DETAIL,
  key: ["x_Period", "InvoiceId", "ChargeCategory"],
  from: fromFacts(INVOICE_DETAIL),
  facts: async (tx, { period }) => (period === null ? [] : invoicesOf(tx, period)),
};

async function invoicesOf(tx: TenantTransaction, key: string): Promise<Fact[]> {
  const [times] = await tx.query<{ closed: string; changed: string }>(
    `select to_char(m.closed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as closed,
       to_char(greatest(m.closed_at, (select max(s.recorded_at) from chargeback.restatement_request s where s.programme_id = $1 and s.period_key = m.key and s.kind = 'RESTATED')) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as changed
     from governance.period m where m.programme_id = $1 and m.key = $2`,
    [tx.scope.programme.id, key],
  );
  const groups = groupBy(await focusMonth(tx, key), ({ InvoiceId, ChargeCategory }) => `${InvoiceId}/${ChargeCategory}`);
  return [...groups].map(([id, rows]): Fact => {
    const { BillingAccountId, BillingCurrency, BillingPeriodEnd, BillingPeriodStart, ChargeCategory, InvoiceId, InvoiceIssuerName, x_Period, x_PeriodStart } = rows[0]!;
    const billed = String(rows.reduce((sum, { BilledCost }) => sum + BigInt(BilledCost!), 0n));
    const isRestated = InvoiceId!.endsWith("-restated");
    const issued = isRestated ? times!.changed : times!.closed;
    return {
      BilledCost: billed, PaymentCurrencyBilledCost: billed, BillingAccountId, BillingCurrency, PaymentCurrency: BillingCurrency, BillingPeriodEnd, BillingPeriodStart, ChargeCategory, InvoiceId, InvoiceIssuerName, x_Period, x_PeriodStart,
      InvoiceDetailId: id, InvoiceDetailDescription: `${ChargeCategory} charged for ${key}`, InvoiceDetailGrain: "Charge Category", InvoiceDetailCreated: issued, InvoiceDetailLastUpdated: issued, InvoiceIssueDate: issued,
      InvoiceIssueStatus: "Issued", ReferenceInvoiceId: isRestated ? InvoiceId!.slice(0, -"-restated".length) : null,
    };
  });
}
