export const BUNDLED: string[]
export function packageFolders(root: string): Map<string, string>
export function bundle(root: string, mark: string): Promise<void>
