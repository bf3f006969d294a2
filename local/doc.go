// Command local serves a stack's topology on localhost: the same CloudFront distribution, DNS, gateways, functions,
// queues and buckets, without an AWS account, and with the outages on a switch.
//
//	go run ./local -stack prod
//
// It builds the Pulumi program that stands in the folder and runs it as an engine would, over Pulumi's protocol;
// records the resource graph and builds every imitated service from it. So there is no second copy of any route, time
// or header, and a changed main.go is simply served; a property that no room understands stops the start.
//
//	viewer listener -> cloudfront -> network -> route53 -> apigateway -> lambda -> bootstrap processes
//	                                         -> s3                                 |
//	admin listener  -> admin: faults, clock, queues, requests, dashboard           +-> sqs, ssm (loopback listener)
//	region listener -> apigateway of one region, round the edge                    +-> saas (loopback listener)
//
// This package only reads flags and wires the rooms together; each room's package says what it imitates. None knows the
// Pulumi program but by what it registers.
//
// Standard output carries one line when everything answers, and nothing else:
//
//	ready viewer=http://127.0.0.1:8080 admin=http://127.0.0.1:8081 stack=prod routing=dns regions=eu-west-1,us-east-1
//
// A line "r" on standard input, or SIGUSR1, builds the program anew and goes on with it: tickets, messages in queues,
// faults and time stay, caches, health and functions begin anew. If that fails, the graph of before goes on.
//
// SIGINT, SIGTERM and SIGHUP end it with status 0 within ten seconds, functions included. A start that fails is one
// line on standard error, or one for each problem of a configuration, and status 1; a wrong flag is status 2.
package main
