// Package stackfile reads a stack's configuration from Pulumi.yaml and Pulumi.<stack>.yaml, as the engine would hand
// it to the program, without an engine, a backend or a passphrase.
//
// Pulumi's own reader (sdk/v3/go/common/workspace) is not used, because its messages say less: those on stack files
// name no file, and those on values no line; a stack file that does not exist is an empty one to it; a key given with
// and without its namespace is no error, one of the two is lost; and declared types are checked elsewhere.
package stackfile
