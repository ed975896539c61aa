// Package bottest holds what proves that the bot works on a platform without
// an account there.
//
// Start at [TestAdapter], the conformance suite that every adapter passes, and
// at [StartTelegram] and [StartDiscord], loopback servers that speak the
// platform's protocol over real sockets, fail where a [Fault] tells them to, and
// write down every request that breaks the platform's rules (Findings).
//
// The servers need no test around them: cmd/sandbox serves them with a prompt to
// type as a member. They listen on loopback only, keep everything in memory and
// go to no network.
package bottest
