// Ops is what an operator has in hand while a stack runs: it takes a region out of the traffic and back, without a
// deployment, says how every region is, and puts dead letters back into their queue. It needs neither the program nor
// Pulumi's backend, only the stack's outputs and AWS's data planes, since those are what still answers in a bad hour.
//
//	go run ./ops drain eu-west-1 -watch
//	go run ./ops undrain eu-west-1
//	go run ./ops status
//	go run ./ops redrive eu-west-1 -yes
//
// With -local it does the same to local mode, through that one's imitations of the same AWS services.
package main
