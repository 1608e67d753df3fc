/** Compiles src/ into a temporary folder, in which packages are found as usual. The caller removes it. */
export function compile(): Promise<string>;
