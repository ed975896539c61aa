package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// A MarkState says how far the sending of one part of a reply has come.
type MarkState string

// The states of a part.
const (
	PartFresh  MarkState = "fresh"  // nobody began to send it
	PartUnsure MarkState = "unsure" // an earlier worker began and did not say that it was sent
	PartSent   MarkState = "sent"   // the platform has taken it: do not send it
)

// A Mark is what is known of one part of a reply.
type Mark struct {
	State   MarkState
	Message string // the platform's id of the message, when it was sent
}

// Marks keep a reply from being shown twice after a crash. A worker keeps the
// reply before it sends anything, and marks each part before and after it is
// sent:
//
//	m, err := marks.Sending(ctx, task, part)
//	if m.State != bot.PartSent { id = send(..., task.Nonce(part)); marks.Sent(ctx, task, part, id) }
//
// What is left is a worker that dies between a platform's having taken a part
// and Sent: the next one finds [PartUnsure]. It sends the part again, which is
// shown once wherever the platform knows a repetition: by the nonce on Discord
// (nonce with enforce_nonce, for some minutes:
// https://docs.discord.com/developers/resources/message#create-message), and
// on both platforms where a message that stands is edited to the same text.
// Where there is no nonce, as for a new message on Telegram
// (https://core.telegram.org/bots/api#sendmessage) and for a follow-up on Discord,
// what is sent is [Placeholder], Sent says its id, and then it is edited to the
// part, which may be done any number of times. A worker that dies in the window,
// which is as long as one request, leaves a placeholder that nobody takes away:
// better than an answer twice.
type Marks interface {
	// Keep keeps the reply of t, so that the next worker need not find another one.
	Keep(ctx context.Context, t Task, reply []byte) error
	// Sending says that part, counted from 0, is about to be sent, returns what was
	// known of it before and renews the lease. On an error, [ErrLost] among them,
	// nothing may be sent.
	Sending(ctx context.Context, t Task, part int) (Mark, error)
	// Sent says that part was sent as the platform's message. [ErrLost] says that
	// the task was taken again meanwhile: nothing more may be sent or edited.
	Sent(ctx context.Context, t Task, part int, message string) error
}

// Placeholder is what stands for a part that is not written yet.
const Placeholder = "…"

// Nonce names one part of the reply to t, the same each time: 24 letters and
// digits (Discord takes 25 at most).
func (t Task) Nonce(part int) string {
	sum := sha256.Sum256([]byte(t.Platform + "/" + t.ID + "/" + strconv.Itoa(part)))
	return hex.EncodeToString(sum[:12])
}
