// Bare takes the application that ships out of a fork of this repository and puts another in its place. A team that
// requires the platform as a module has no use for it; who changes the platform itself, and has no use for the feedback
// form, runs it once:
//
//	cd tools && go run ./bare -application ../template
//
// It deletes the application (infra/feedback, its handlers, the SaaS that local mode plays, its scripts, drills, site
// and tests), and in every document what tells of it: the row, list item or paragraph that names a file or test which
// is gone. Then it copies main.go, packages, site and stack files of the other application to the root, adds what its
// go.mod requires, and says what is left to do. Read the difference before committing it.
package main
