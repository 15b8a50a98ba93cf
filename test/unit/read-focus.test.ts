import { readFocusRow, remarksOnFocusRow } from "../../src/rating";

const row = (more: Record<string, string> = {}): Record<string, string> => ({
  BilledCost: "1.50", BillingCurrency: "USD", BillingPeriodStart: "2025-10-01 00:00:00", BillingPeriodEnd: "2025-11-01 00:00:00", ChargePeriodStart: "2025-10-10 14:00:00", ChargePeriodEnd: "2025-10-10 15:00:00",
  ChargeCategory: "Usage", ChargeDescription: "hours", ServiceName: "Compute", ResourceId: "arn:1", PricingQuantity: "3", PricingUnit: "Hours", ListUnitPrice: "0.5", ListCost: "1.50", ContractedUnitPrice: "0.5", ContractedCost: "1.5",
  EffectiveCost: "1.5", BillingAccountId: "1", InvoiceIssuerName: "Cloud Ltd", ...more,
});

describe("a row of FOCUS", () => {
  it("is a line of its vendor's statement; a resource is no call", () => {
    expect(readFocusRow(row())).toEqual({ period: "2025-10", currency: "USD", service: "Compute", isCredit: false, line: { description: "Compute: hours", component: null, callRef: null, quantity: "3", unit: "Hours", amount: "1.50" } });
  });

  it("says whether it is a service credit", () => {
    for (const [category, isCredit] of [["Credit", true], ["Adjustment", false], ["Purchase", false]] as const) expect(readFocusRow(row({ ChargeCategory: category }))).toMatchObject({ isCredit });
  });

  it.each<[string, Record<string, string>, string[]]>([
    ["nothing", {}, []],
    ["a required value that is empty", { ContractedCost: "NULL", ContractedUnitPrice: "NULL" }, ["ContractedCost is empty, the format requires a value"]],
    ["a charge outside its billing period", { ChargePeriodStart: "2025-11-01T00:00:00Z", ChargePeriodEnd: "2025-11-01T01:00:00Z" }, ["ChargePeriodStart lies outside the billing period"]],
    ["a charge that ends before it begins", { ChargePeriodEnd: "2025-10-10 14:00:00" }, ["ChargePeriodEnd is not after ChargePeriodStart"]],
    ["a cost that is not price x quantity", { ListCost: "1.51" }, ["ListCost is not ListUnitPrice x PricingQuantity"]],
    ["nothing on a product that was rounded as it is written", { ListUnitPrice: "0.333", ListCost: "1.00", ContractedUnitPrice: "5e-1" }, []],
    ["nothing on columns that the file does not have", { ListUnitPrice: "NULL", PricingQuantity: "NULL" }, []],
  ])("is remarked on for %s", (_, more, expected) => expect(remarksOnFocusRow(row(more)).map(({ column, reason }) => `${column} ${reason}`)).toEqual(expected));
});
