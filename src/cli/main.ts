// The memmon command. Its own code comes as four files (see docs/architecture.md, "The heap").
import './node-signals.ts' // first: each moment before it is Node's
import './heap.ts' // then: what is loaded after it is told how to live
import { run } from './command.ts'

void run(process.argv.slice(2)).then(code => process.exit(code))
