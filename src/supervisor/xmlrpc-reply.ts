// XML-RPC replies read (xmlrpc.com/spec.md), element by element as they stream by, so that a thousand processes never
// are a tree in memory and never hold up the event loop. Strict about the structure that is needed, tolerant of what
// supervisords send besides: no XML declaration, untyped strings, characters that XML forbids.
import sax from 'sax'
import { messageOf, SupervisorFault } from '../base/errors.ts'
import { isStruct, type XmlRpcValue } from './xmlrpc.ts'

/** What stands for a character that XML forbids; a name that holds it cannot be sent back. */
const FORBIDDEN_CHARACTER = '\ufffd'
// XML 1.0, production 2 (Char): everything else makes a document ill-formed.
const ILLEGAL = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu
/** supervisord's deepest answer has 9 levels. */
const MAX_LEVELS = 1000
/** Parsed without a pause: about a millisecond's work, which is 15 processes. */
const SLICE_CHARACTERS = 16 * 1024

// Else HTML's entities would count; sax's types do not know the option.
const PARSER_OPTIONS: sax.SAXOptions & { strictEntities: boolean } = { position: false, strictEntities: true }

/** An element that is open: what its children have told of it so far. */
interface Open {
  readonly name: string
  text: string
  /** Of a <value>: its typed child; of a <member>, <param> or <fault>: its <value>; of an <array>: its <data>. */
  value?: XmlRpcValue
  memberName?: string
  /** Of <data> and <struct>. */
  readonly items: XmlRpcValue[]
  readonly members: [string, XmlRpcValue][]
}

/**
 * The value in a reply's body. Rejects with a SupervisorFault: 'fault' with supervisord's code, or 'reply' if the
 * body is not a whole XML-RPC reply.
 */
export async function decodeReply(body: string): Promise<XmlRpcValue> {
  const reader = new ReplyReader()
  try {
    for (let at = 0; at < body.length; at += SLICE_CHARACTERS) {
      if (at > 0) await new Promise(setImmediate)
      reader.write(body.slice(at, at + SLICE_CHARACTERS))
    }
    return reader.end()
  } catch (thrown) {
    if (thrown instanceof SupervisorFault) throw thrown
    throw notAReply(body, (messageOf(thrown).split('\n')[0] ?? '').trim())
  }
}

class ReplyReader {
  readonly #parser = sax.parser(true, PARSER_OPTIONS)
  readonly #open: Open[] = []
  #result: { readonly value: XmlRpcValue } | undefined
  #fault: SupervisorFault | undefined

  constructor() {
    const parser = this.#parser
    parser.onopentag = ({ name }) => this.#enter(name)
    parser.onclosetag = () => this.#leave()
    parser.ontext = text => this.#addText(text)
    parser.oncdata = text => this.#addText(text)
    parser.onerror = error => {
      // An entity that XML does not know stays as it is written; everything else is the end.
      if (!/^Invalid character entity|^Invalid character in entity name/.test(error.message)) throw error
      parser.resume()
    }
  }

  write(text: string): void {
    this.#parser.write(text)
  }

  end(): XmlRpcValue {
    this.#parser.close()
    if (this.#fault) throw this.#fault
    if (!this.#result) throw new Error('it holds no value')
    return this.#result.value
  }

  #enter(name: string): void {
    if (this.#open.length === 0 && (name !== 'methodResponse' || this.#result || this.#fault)) {
      throw new Error(name === 'methodResponse' ? 'it is two replies' : 'it is not a methodResponse')
    }
    if (this.#open.length >= MAX_LEVELS) throw new Error('it is nested too deeply')
    this.#open.push({ name, text: '', items: [], members: [] })
  }

  #addText(text: string): void {
    const open = this.#open[this.#open.length - 1]
    if (open) open.text += text
  }

  #leave(): void {
    const closed = this.#open.pop() as Open
    const parent = this.#open[this.#open.length - 1]
    if (!parent) return
    closed.text = closed.text.replace(ILLEGAL, FORBIDDEN_CHARACTER)
    if (closed.name === 'value') takeValue(parent, closed.value ?? closed.text)
    else if (parent.name === 'value') parent.value ??= typedValue(closed)
    else if (closed.name === 'name' && parent.name === 'member') parent.memberName ??= closed.text
    else if (closed.name === 'member' && parent.name === 'struct') parent.members.push(memberOf(closed))
    else if (closed.name === 'data' && parent.name === 'array') parent.value ??= closed.items
    else if (closed.name === 'param' && parent.name === 'params')
      this.#result ??= { value: need(closed, 'value') }
    else if (closed.name === 'fault' && parent.name === 'methodResponse')
      this.#fault ??= faultFrom(need(closed, 'value'))
    else if (closed.name === 'params' && !this.#result) throw new Error('<params> has no <param>')
  }
}

function takeValue(parent: Open, value: XmlRpcValue): void {
  if (parent.name === 'data') parent.items.push(value)
  else parent.value ??= value
}

function typedValue(closed: Open): XmlRpcValue {
  switch (closed.name) {
    case 'int':
    case 'i4':
    case 'i8':
    case 'double':
      return numberFrom(closed.text)
    case 'boolean':
      return closed.text.trim() === '1' || closed.text.trim() === 'true'
    case 'array':
      return need(closed, 'data')
    case 'struct':
      return Object.fromEntries(closed.members)
    default: // string; and nil, dateTime.iso8601, base64: nothing that memmon reads
      return closed.text
  }
}

function numberFrom(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new Error(`"${text}" is not a number`)
  return value
}

function memberOf(member: Open): [string, XmlRpcValue] {
  if (member.memberName === undefined) throw new Error('<member> has no <name>')
  return [member.memberName, need(member, 'value')]
}

function need(parent: Open, child: string): XmlRpcValue {
  if (parent.value === undefined) throw new Error(`<${parent.name}> has no <${child}>`)
  return parent.value
}

function faultFrom(value: XmlRpcValue): SupervisorFault {
  const { faultCode, faultString } = isStruct(value) ? value : {}
  const code = typeof faultCode === 'number' ? faultCode : 0
  const text = typeof faultString === 'string' && faultString !== '' ? faultString : 'a fault without a text'
  return new SupervisorFault('fault', `${text} (fault ${code})`, code)
}

function notAReply(body: string, why: string): SupervisorFault {
  const start = body.slice(0, 60).replace(/\s+/g, ' ')
  return new SupervisorFault('reply', `the answer is not XML-RPC (${why}); it begins with "${start}"`)
}
