package discord

import (
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// refusal turns a close code that is final into the error that ends Run, with
// what to do about it; other errors stay as they are.
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
func refusal(err error) error {
	var closed *websocket.CloseError
	if !errors.As(err, &closed) {
		return err
	}
	advice, ok := map[int]string{
		4004: "the bot token is refused; copy it anew from the developer portal: your application, Bot, Reset Token",
		4010: "the shard number is refused; this is a defect of the bot, please report it",
		4011: "the bot is in more servers than one connection may serve (2,500); it would have to be sharded",
		4012: "the gateway version is refused; a newer release of the bot is needed",
		4013: "the intents are refused; this is a defect of the bot, please report it",
		4014: "an intent is refused that is not switched on; in the developer portal under Bot, see Privileged Gateway Intents",
	}[closed.Code]
	if !ok {
		return err
	}
	return &finalError{fmt.Sprintf("%s (gateway close code %d)", advice, closed.Code)}
}

// asTimeout reports whether err is a read or write that took too long.
func asTimeout(err error, timeout *net.Error) bool {
	return errors.As(err, timeout) && (*timeout).Timeout()
}

// silenceLibrary ends the library's own lines on stderr, for the whole process
// and before any Session exists. They hold URLs with interaction tokens and, at
// the debug level, the identify packet; what matters in them reaches the
// gateway as an error or an event.
var silenceLibrary = sync.OnceFunc(func() {
	discordgo.Logger = func(int, int, string, ...any) {}
})
