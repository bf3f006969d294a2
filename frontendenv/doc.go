// Frontendenv writes what a stack tells its frontend, the output frontendEnv, as a file that Vite reads at build time.
//
//	go run ./frontendenv -stack prod -file web/.env.production.local
//
// It asks the Pulumi CLI (pulumi stack output), never for secrets: everything in the file ends up in browsers. With
// -from it reads the JSON of the output from a file instead, "-" being standard input. Without -file it writes to
// standard output. Status 1 where a stack has no such output or a value cannot be written, 2 for wrong flags.
package main
