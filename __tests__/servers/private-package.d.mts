export function installPackage(
  name: string,
  from: string,
  complete?: (folder: string) => void,
): Promise<string>;
