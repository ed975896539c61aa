// Package ragtest holds what the rest of the program is tested with in place of
// a model: fakes of the interfaces of package rag, the conformance suite of its
// index, and a model server on loopback that fails on request.
//
// Start at [WordEmbedder] and [NewGenerator] for tests inside the process, and
// at [StartModel] for tests over a socket and for a try of the whole program
// without an account. Both speak with one of the voices in voices.go: [Pretend]
// answers out of the numbered passages of its prompt, [Hostile] lists voices
// that attack the program. [Faults] lists everything the server can do wrong.
//
// What it does not do: it understands nothing. The pretended model copies
// sentences that share words with the question.
package ragtest
