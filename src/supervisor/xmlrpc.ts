// XML-RPC (xmlrpc.com/spec.md): calls written, replies read. Strict about the structure that is needed, tolerant
// of what supervisords send besides: no XML declaration, untyped strings, characters that XML forbids.
import { parseXml, type XmlDocument, XmlElement, type XmlNode } from '@rgrove/parse-xml'
import { messageOf, SupervisorFault } from '../core/errors.ts'

export type XmlRpcValue =
  | string
  | number
  | boolean
  | readonly XmlRpcValue[]
  | { readonly [name: string]: XmlRpcValue }

/** What stands for a character that XML forbids; a name that holds it cannot be sent back. */
export const FORBIDDEN_CHARACTER = '\ufffd'

// XML 1.0, production 2 (Char): everything else makes a document ill-formed.
const ILLEGAL = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

/** The body of a call. Parameters are strings, booleans and integers: all that supervisord's methods take. */
export function encodeCall(method: string, params: readonly (string | number | boolean)[]): string {
  const encoded = params.map(param => `<param><value>${encodeValue(param)}</value></param>`).join('')
  return `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${encoded}</params></methodCall>`
}

/**
 * The value in a reply's body. Throws a SupervisorFault: 'fault' with supervisord's code, or 'reply' if the
 * body is not a whole XML-RPC reply.
 */
export function decodeReply(body: string): XmlRpcValue {
  try {
    return decodeResponse(parse(body).root, body)
  } catch (thrown) {
    if (thrown instanceof SupervisorFault) throw thrown
    throw notAReply(body, whyUnreadable(thrown))
  }
}

function decodeResponse(response: XmlElement | null, body: string): XmlRpcValue {
  if (response?.name !== 'methodResponse') throw notAReply(body, 'it is no methodResponse')
  const fault = childNamed(response, 'fault')
  if (fault) throw faultFrom(decodeValue(need(fault, 'value', body), body))
  const param = need(need(response, 'params', body), 'param', body)
  return decodeValue(need(param, 'value', body), body)
}

// A raw \r would arrive as \n (XML 1.0, 2.11); all else that needs no escape is sent as it is.
function encodeValue(value: string | number | boolean): string {
  if (typeof value === 'boolean') return `<boolean>${value ? 1 : 0}</boolean>`
  if (typeof value === 'number') return `<int>${value}</int>`
  return `<string>${value.replace(/[&<>\r]/g, char => `&#${char.charCodeAt(0)};`)}</string>`
}

const parse = (body: string): XmlDocument =>
  parseXml(body.replace(ILLEGAL, FORBIDDEN_CHARACTER), { ignoreUndefinedEntities: true })

/** Both the parser and the decoder call themselves for each level: thousands of levels exhaust the stack. */
const whyUnreadable = (thrown: unknown): string =>
  thrown instanceof RangeError ? 'it is nested too deeply' : (messageOf(thrown).split('\n')[0] ?? '').trim()

function decodeValue(value: XmlElement, body: string): XmlRpcValue {
  const typed = value.children.find(node => node instanceof XmlElement)
  if (!typed) return value.text // an untyped value is a string
  switch (typed.name) {
    case 'string':
      return typed.text
    case 'int':
    case 'i4':
    case 'i8':
    case 'double':
      return decodeNumber(typed.text, body)
    case 'boolean':
      return typed.text.trim() === '1' || typed.text.trim() === 'true'
    case 'array':
      return elementsOf(need(typed, 'data', body).children).map(item => decodeValue(item, body))
    case 'struct':
      return Object.fromEntries(
        elementsOf(typed.children).map(member => [
          need(member, 'name', body).text,
          decodeValue(need(member, 'value', body), body),
        ]),
      )
    default: // nil, dateTime.iso8601, base64: nothing that memmon reads
      return typed.text
  }
}

function decodeNumber(text: string, body: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw notAReply(body, `"${text}" is no number`)
  return value
}

function faultFrom(value: XmlRpcValue): SupervisorFault {
  const { faultCode, faultString } = isStruct(value) ? value : {}
  const code = typeof faultCode === 'number' ? faultCode : 0
  const text = typeof faultString === 'string' && faultString !== '' ? faultString : 'a fault without a text'
  return new SupervisorFault('fault', `${text} (fault ${code})`, code)
}

/** True for a struct, false for an array or anything plain. */
export const isStruct = (value: XmlRpcValue): value is { readonly [name: string]: XmlRpcValue } =>
  typeof value === 'object' && !Array.isArray(value)

const elementsOf = (nodes: readonly XmlNode[]): XmlElement[] =>
  nodes.filter((node): node is XmlElement => node instanceof XmlElement)

const childNamed = (parent: XmlElement, name: string): XmlElement | undefined =>
  elementsOf(parent.children).find(child => child.name === name)

function need(parent: XmlElement, name: string, body: string): XmlElement {
  const child = childNamed(parent, name)
  if (!child) throw notAReply(body, `<${parent.name}> has no <${name}>`)
  return child
}

function notAReply(body: string, why: string): SupervisorFault {
  const start = body.slice(0, 60).replace(/\s+/g, ' ')
  return new SupervisorFault('reply', `the answer is not XML-RPC (${why}); it begins with "${start}"`)
}
