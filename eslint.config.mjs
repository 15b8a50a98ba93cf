import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/**", "node_modules/**", ".data*/**", "coverage/**", "**/*.cjs"] },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  {
    // The data has one door: nothing outside it opens a connection, and no text from outside becomes SQL.
    files: ["src/{governance,metering,rating,costs,allocation,chargeback,corrections,closing,budgets,benefits,business-cases,programme,journals,exports}/**/*.ts"],
    rules: {
      "no-restricted-imports": ["error", { paths: [{ name: "pg", message: "Go through withTenant." }, { name: "typeorm", importNames: ["DataSource"], message: "Go through withTenant." }] }],
      "no-restricted-syntax": ["error", { selector: "CallExpression[callee.property.name=/^(orderBy|addOrderBy|groupBy|addGroupBy|distinctOn)$/]", message: "Sort and group in SQL of our own; no text from outside may get there." }],
    },
  },
);
