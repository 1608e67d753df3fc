/** How text becomes Markdown; everything that comes from elsewhere goes through it. */
export interface Markup {
  escape(text: string): string;
  code(text: string): string;
  table(head: readonly string[], rows: readonly (readonly string[])[]): string;
}
