// Package graph records a Pulumi program into plain Go values, so that local mode and tests can read what the
// program would create without an engine, an account or a network.
//
// A program runs in a process of its own and is listened to over Pulumi's protocol ([Run]), or, for tests, in this
// process under Pulumi's mocks ([Record]); both ways give the same graph. Every registration becomes a [Resource] with
// the inputs it was given and the outputs AWS would most likely answer with, computed from the URN so that two
// recordings agree (random passwords excepted). Nothing here knows what a resource means: that is for the rooms of
// local mode, which read a resource's inputs into their own structs through a [Reading] and thereby refuse what they
// do not know.
//
//	compiled program -> Run    -> Graph -> Read   -> the rooms of local mode
//	pulumi.RunFunc   -> Record ->       -> Golden -> graph.<stack>.golden.json
//
// What a stack is configured with comes from package graph/stackfile.
//
// It is the only package of local mode that imports the Pulumi SDK. Transforms are not run: Record passes them over,
// and a program that asks Run for one is refused by its SDK. No value is unknown but those of [Options].Without.
package graph
