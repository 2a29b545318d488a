export default {
  extends: "stylelint-config-standard",
  reportNeedlessDisables: true,
  rules: {
    // Colours have names: base/tokens.css, and scan/tokens.css for the scanner.
    "color-no-hex": true,
    "color-named": ["never", { ignore: ["inside-function"] }],
    // Ranges (`width < 48rem`) are younger than the phones at some gates.
    "media-feature-range-notation": "prefix",
    // -webkit-mask for the same phones.
    "property-no-vendor-prefix": [true, { ignoreProperties: ["mask", "mask-size", "text-size-adjust", "user-select"] }],
    // Words of the wire (GREEN, EXIT) are classes as they are.
    "selector-class-pattern": "^(?:[a-z][a-z0-9]*(?:-[a-z0-9]+)*|[A-Z][A-Z_]*)$",
    "value-keyword-case": ["lower", { ignoreProperties: ["--sans", "--mono"] }],
    // Named areas read best one under the other, with the columns beside them.
    "declaration-block-no-redundant-longhand-properties": [true, { ignoreShorthands: ["grid-template"] }],
    // An empty line parts the groups of tokens.
    "custom-property-empty-line-before": null,
    // A page's rules stand in the order of the page, not of their weight.
    "no-descending-specificity": null,
  },
  overrides: [{ files: ["**/tokens.css", "web/api/docs/page.css"], rules: { "color-no-hex": null } }],
};
