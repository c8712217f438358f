// XML-RPC calls written (xmlrpc.com/spec.md); replies are read by xmlrpc-reply.ts.

export type XmlRpcValue =
  | string
  | number
  | boolean
  | readonly XmlRpcValue[]
  | { readonly [name: string]: XmlRpcValue }

/** The body of a call. Parameters are strings, booleans and integers: all that supervisord's methods take. */
export function encodeCall(method: string, params: readonly (string | number | boolean)[]): string {
  const encoded = params.map(param => `<param><value>${encodeValue(param)}</value></param>`).join('')
  return `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${encoded}</params></methodCall>`
}

// A raw \r would arrive as \n (XML 1.0, 2.11); all else that needs no escape is sent as it is.
function encodeValue(value: string | number | boolean): string {
  if (typeof value === 'boolean') return `<boolean>${value ? 1 : 0}</boolean>`
  if (typeof value === 'number') return `<int>${value}</int>`
  return `<string>${value.replace(/[&<>\r]/g, char => `&#${char.charCodeAt(0)};`)}</string>`
}

/** True for a struct, false for an array or anything plain. */
export const isStruct = (value: XmlRpcValue): value is { readonly [name: string]: XmlRpcValue } =>
  typeof value === 'object' && !Array.isArray(value)
