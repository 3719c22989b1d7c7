/** metav1.MicroTime: exactly six digits; three, as Date writes them, are refused with 400. */
export function microTime(wallMs: number): string {
  return new Date(wallMs).toISOString().replace('Z', '000Z');
}
