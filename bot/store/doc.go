// Package store keeps what the bot must not lose: talks, the events that wait
// for an answer, what models have cost, what people think of the answers, who
// may ask, and who wants news. It does so in one SQLite file in a directory, or
// in a Postgres database that several programs share; the tests are the same
// for both.
//
// Start at [Open]. A [Store] is all the interfaces of package bot that keep
// something: bot.Sessions, bot.Accounts, bot.Counter, bot.Feedback, bot.Gaps, bot.People,
// bot.Subscriptions, bot.Digests, bot.Inbox, bot.Work, bot.Lease, bot.Marks,
// bot.Locker (all five are bot.Mail), bot.Backlogs, bot.DeadLetters and bot.Forgetter; bot.Statistics and bot.Spenders
// look at it. [Store.Purge] deletes what is past its
// time, [Store.Chores] does such things every so often, once among all programs
// that share the state.
//
// Of a person it keeps the platform's id, where something has to be found by
// it: the talk (for as long as it lasts), the day's accounts, votes, the lists
// of who may ask, private chats that subscribed, and questions that are not
// answered yet. It never keeps names, and the text of a question, beside the
// talk's, only apart from who asked. [Store.Forget] deletes all of it. What
// stays is how many questions somebody asked in a day, under a name that only
// who has the bots' key can make (bot.Limiter).
//
// # The inbox and River
//
// River runs the chores, and not the inbox. The inbox has to keep the events of
// a chat in order, also when one fails and is tried again, and River does not
// know such a thing: it hands out jobs side by side, and one that is retried is
// overtaken by those behind it. One River job a chat that works off what the
// inbox holds does not help. It would have to be unique by its chat, and River
// counts a job that runs among those it is unique with (the states that
// UniqueOpts.ByState must contain: https://pkg.go.dev/github.com/riverqueue/river#UniqueOpts),
// so a message that comes after the job has looked for the last time, and before
// it has ended, wakes nobody (https://github.com/riverqueue/river/discussions/670,
// https://github.com/riverqueue/river/issues/1183). It would need a poll beside
// it, which is all that the inbox needs without it; and each message would cost
// three more transactions, on SQLite over the same one connection.
//
// # What it does not do
//
// It opens no connection to a platform and answers nothing. It holds no limit
// but that of its own size.
package store
