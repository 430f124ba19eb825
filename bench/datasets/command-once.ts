/** Runs one command in this process and prints its resource use on the last line. */
import { main } from '../../src/cli/main.ts';

const status = await main(process.argv.slice(2));
const { user, system } = process.cpuUsage();
const peakMegabytes = (process.resourceUsage().maxRSS * 1024) / 1e6;
console.log(JSON.stringify({ cpuSeconds: (user + system) / 1e6, peakMegabytes }));
process.exitCode = status;
