/** An array as PostgreSQL reads it from a text: `{1,NULL,"a \"quoted\" text"}`. */
export function arrayText(values: readonly (string | number | null)[]): string {
  return `{${values.map(elementText).join(",")}}`;
}

function elementText(value: string | number | null): string {
  if (value === null) return "NULL";
  return typeof value === "number" ? String(value) : `"${value.replace(/["\\]/g, "\\$&")}"`;
}
