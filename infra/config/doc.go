// Package config reads what a stack decides and checks all of it before the first resource is declared. It is
// pure: text in, a [Config] or the list of everything that is wrong out. Package infra feeds it from Pulumi
// and adds the two things that are not plain values, the secrets and the providers' arguments.
//
//	Pulumi.yaml defaults + Pulumi.<stack>.yaml -> Source -> Load -> Config, valid as a whole
//
// Three rules hold everywhere. A value that cannot be read is an error, never the default. Every error names
// the key, the value and what would be right, and one run shows all of them. What AWS would refuse only while
// an update runs is refused here, with the fact or the AWS page next to the check.
package config
