// Package graph records a Pulumi program into plain Go values, so that local mode and tests can read what the
// program would create without an engine, an account or a network.
//
// A program runs under Pulumi's mocks; every registration becomes a [Resource] with the inputs it was given and
// the outputs AWS would most likely answer with, computed from the URN so that two recordings agree (random
// passwords excepted). Nothing here knows what a resource means: that is for the rooms of local mode, which read
// a resource's inputs into their own structs through a [Reading] and thereby refuse what they do not know.
//
//	program -> Record -> Graph -> Read   -> the rooms of local mode
//	                           -> Golden -> graph.<stack>.golden.json
//
// What a stack is configured with comes from package graph/stackfile.
//
// It is the only package of local mode that imports the Pulumi SDK. Transforms are not run (the mocks do not), and
// no value is ever unknown.
package graph
