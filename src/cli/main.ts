// The memmon command. Its own code comes as four files (see docs/architecture.md, "The heap").
import './heap.ts' // first: what is loaded after it is told how to live
import { run } from './command.ts'

void run(process.argv.slice(2)).then(code => process.exit(code))
