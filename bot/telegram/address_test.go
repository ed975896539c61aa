package telegram

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

// heard is what the handler got of one post, "" fields left out.
type heard struct {
	Command, Text string
	Private       bool
}

func TestWhatIsAskedAndWhatIsNot(t *testing.T) {
	server := serve(t)
	p := &parrot{}
	b := run(t, server, p)
	ada := server.Member("Ada", "zh-hans")
	private, group, super := server.Private(ada), server.Group("Walkers"), server.Supergroup("Hikers", false)
	forum := server.Supergroup("Forum", true)
	topic := server.Topic(forum)
	me := "@" + server.Bot().Username
	server.Say(private, ada, "hello")
	b.messages(private, 1)
	server.Say(group, ada, "/ask first")
	inGroup := b.messages(group, 1)[0]
	robot := bottest.TelegramUser{ID: 99, IsBot: true, FirstName: "Robot"}

	post := func(c bottest.TelegramChat, text string) bottest.TelegramPost {
		return bottest.TelegramPost{Chat: c, From: ada, Text: text}
	}
	with := func(p bottest.TelegramPost, change func(*bottest.TelegramPost)) bottest.TelegramPost {
		change(&p)
		return p
	}
	want := 2 // messages handled in all
	for _, c := range []struct {
		name string
		post bottest.TelegramPost
		want *heard // nil: not answered
	}{
		{"text in private", post(private, "where?"), &heard{Text: "where?", Private: true}},
		{"command in private", post(private, "/ask where?"), &heard{"ask", "where?", true}},
		{"unknown command in private", post(private, "/weather now"), &heard{"weather", "now", true}},
		{"command in capitals", post(private, "/Help"), &heard{"help", "", true}},
		{"start with a payload", post(private, "/start abc_1"), &heard{"start", "abc_1", true}},
		{"command for another bot in private", post(private, "/ask@other_bot where?"), nil},
		{"command inside a sentence", post(private, "what does /ask do?"), &heard{"", "what does /ask do?", true}},
		{"mention in private", post(private, me+" where?"), &heard{"", "where?", true}},
		{"several lines", post(private, "/ask one\ntwo"), &heard{"ask", "one\ntwo", true}},

		{"talk in a group", post(group, "where is everybody?"), nil},
		{"talk about the bot", post(group, "waymark_test_bot is nice"), nil},
		{"mention", post(group, me+" where?"), &heard{"", "where?", false}},
		{"mention with a comma", post(group, me+", where?"), &heard{"", "where?", false}},
		{"mention behind non-BMP text", post(group, "😀👩‍👩‍👧 路 "+me+" 在哪里"), &heard{"", "😀👩‍👩‍👧 路 在哪里", false}},
		{"mention in other case", post(group, "@WayMark_Test_Bot where?"), &heard{"", "where?", false}},
		{"mention of a longer name", post(group, me+"2 where?"), nil},
		{"mention of another bot", post(group, "@other_bot where?"), nil},
		{"name without entity", with(post(group, "where? "), func(p *bottest.TelegramPost) {
			p.Text = me + " where?"
			p.Extra = map[string]any{"entities": []any{}}
		}), nil},
		{"entity past the end", with(post(group, "x"), func(p *bottest.TelegramPost) {
			p.Extra = map[string]any{"entities": []any{map[string]any{"type": "mention", "offset": 5, "length": 99}}}
		}), nil},
		{"entity with a negative offset", with(post(group, "x"), func(p *bottest.TelegramPost) {
			p.Extra = map[string]any{"entities": []any{map[string]any{"type": "mention", "offset": -5, "length": -1}}}
		}), nil},
		{"mention without a name", with(post(group, "Waymark where?"), func(p *bottest.TelegramPost) {
			p.Extra = map[string]any{"entities": []any{bottest.TelegramEntity{Type: "text_mention", Offset: 0, Length: 7, User: ptr(server.Bot())}}}
		}), &heard{"", "where?", false}},
		{"bare mention", post(group, me), &heard{"", "", false}},
		{"bare ask", post(group, "/ask"), &heard{"ask", "", false}},
		{"ask for us", post(group, "/ask"+me+" where?"), &heard{"ask", "where?", false}},
		{"ask for another bot", post(group, "/ask@other_bot where?"), nil},
		{"ask for a longer name", post(group, "/ask"+me+"2 where?"), nil},
		{"command that another bot may have", post(group, "/weather now"), nil},
		{"reply to us", with(post(group, "and then?"), func(p *bottest.TelegramPost) { p.ReplyTo = inGroup.ID }), &heard{"", "and then?", false}},
		{"reply to a member", with(post(group, "and then?"), func(p *bottest.TelegramPost) { p.ReplyTo = inGroup.ID - 1 }), nil},
		{"first words in a topic", with(post(forum, "hello all"), func(p *bottest.TelegramPost) { p.Thread, p.ReplyTo = topic, topic }), nil},
		{"words in a topic that we opened", with(post(forum, "hello all"), func(p *bottest.TelegramPost) {
			p.Thread = topic
			p.Extra = map[string]any{"reply_to_message": map[string]any{"message_id": topic, "date": 1, "chat": forum, "from": server.Bot()}}
		}), nil},
		{"reply to us in a topic", with(post(forum, "and then?"), func(p *bottest.TelegramPost) {
			p.Thread = topic
			p.Extra = map[string]any{"reply_to_message": map[string]any{"message_id": topic + 1, "date": 1, "chat": forum, "from": server.Bot()}}
		}), &heard{"", "and then?", false}},
		{"mention in a supergroup", post(super, me+" where?"), &heard{"", "where?", false}},

		{"photo in private", with(post(private, ""), func(p *bottest.TelegramPost) { p.Media = "photo" }), &heard{bot.CommandNoText, "", true}},
		{"sticker in private", with(post(private, ""), func(p *bottest.TelegramPost) { p.Media = "sticker" }), &heard{bot.CommandNoText, "", true}},
		{"voice in private", with(post(private, ""), func(p *bottest.TelegramPost) { p.Media = "voice" }), &heard{bot.CommandNoText, "", true}},
		{"photo with a caption", with(post(private, "what is this path?"), func(p *bottest.TelegramPost) { p.Media = "photo" }), &heard{"", "what is this path?", true}},
		{"photo with a mention", with(post(group, me+" what is this?"), func(p *bottest.TelegramPost) { p.Media = "photo" }), &heard{"", "what is this?", false}},
		{"photo in a group", with(post(group, ""), func(p *bottest.TelegramPost) { p.Media = "photo" }), nil},
		{"service note in private", with(post(private, ""), func(p *bottest.TelegramPost) {
			p.Extra = map[string]any{"message_auto_delete_timer_changed": map[string]any{"message_auto_delete_time": 60}}
		}), nil},

		{"another bot", with(post(group, me+" where?"), func(p *bottest.TelegramPost) { p.From = robot }), nil},
		{"result of an inline bot", with(post(private, "where?"), func(p *bottest.TelegramPost) { p.Extra = map[string]any{"via_bot": robot} }), nil},
		{"channel post copied into its group", with(post(super, me+" where?"), func(p *bottest.TelegramPost) {
			p.Extra = map[string]any{"is_automatic_forward": true, "sender_chat": map[string]any{"id": -5, "type": "channel"}}
		}), nil},
		{"anonymous administrator", with(post(super, me+" where?"), func(p *bottest.TelegramPost) {
			p.From = bottest.TelegramUser{ID: 1087968824, IsBot: true, FirstName: "Group"}
			p.Extra = map[string]any{"sender_chat": super}
		}), &heard{"", "where?", false}},
		{"channel post", post(server.Channel("News"), me+" where?"), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(p.all())
			server.Post(c.post)
			sentinel := server.Private(server.Member("Ben", "en"))
			server.Say(sentinel, bottest.TelegramUser{ID: sentinel.ID, FirstName: "Ben"}, "sentinel")
			b.messages(sentinel, 1)
			want++ // the sentinel
			if c.want != nil {
				want++
				b.until("the answer", func() bool { return len(p.all()) == before+2 })
			}
			var got *heard
			for _, m := range p.all()[before:] {
				if m.Text != "sentinel" {
					got = &heard{m.Command, m.Text, m.Private}
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	_ = b.stop() // what is under way is finished
	if n := len(p.all()); n != want {
		t.Errorf("%d messages were handled, want %d", n, want)
	}
}

func TestEditsAndOtherUpdatesAreNotAnswered(t *testing.T) {
	server := serve(t)
	p := &parrot{}
	b := run(t, server, p)
	ada := server.Member("Ada", "en")
	private := server.Private(ada)
	m := server.Say(private, ada, "where?")
	b.messages(private, 1)

	// The bot asks for messages only; these arrive as if made before it did.
	old := map[string]any{"message_id": m.ID, "date": 1, "chat": private, "from": ada, "text": "edited?"}
	server.Push("edited_message", old)
	server.Push("channel_post", old)
	server.Push("edited_channel_post", old)
	server.Push("my_chat_member", map[string]any{"date": 1, "chat": private, "from": ada})
	server.Push("message", map[string]any{"message_id": 77, "date": 1, "chat": private}) // from nobody
	server.Say(private, ada, "and now?")
	b.messages(private, 2)
	_ = b.stop()
	if n := len(p.all()); n != 2 {
		t.Errorf("%d messages were handled, want 2: %+v", n, p.all())
	}
	for _, c := range server.Calls("getUpdates") {
		if c.Params["allowed_updates"] != `["message","callback_query"]` {
			t.Errorf("polled with allowed_updates %q", c.Params["allowed_updates"])
		}
	}
}

func TestMessageFields(t *testing.T) {
	server := serve(t)
	p := &parrot{}
	b := run(t, server, p)
	ada := server.Member("Ada", "zh-hans")
	forum := server.Supergroup("Forum", true)
	topic := server.Topic(forum)
	server.Post(bottest.TelegramPost{Chat: forum, From: ada, Text: "/ask where?", Thread: topic})
	b.messages(forum, 1)
	got := p.all()[0]
	got.ID = ""
	want := bot.Message{
		Platform: "telegram", Chat: itoa(forum.ID) + "/" + itoa(int64(topic)), User: itoa(ada.ID),
		Command: "ask", Text: "where?", Locale: "zh-hans",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func ptr[T any](v T) *T { return &v }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
