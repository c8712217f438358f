export const BUNDLED: string[]
export function bundle(root: string, mark: string): Promise<void>
