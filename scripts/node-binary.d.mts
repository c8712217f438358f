// The types of node-binary.mjs, which Node runs as it is.
export function nodeOfMajor(major: string): string
