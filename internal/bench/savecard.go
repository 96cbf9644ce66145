package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tolem/internal/shop"
)

// SaveCard saves a card for a shop whose secrets are known, as a person does who
// types it on the hosted page, and gives the shop its token. The server must be
// allowed to call this machine.
func SaveCard(ctx context.Context, base string, s Shop, number string) (Shop, error) {
	client := s.client(base)
	client.HTTP = &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: time.Minute,
	}
	web, err := shop.NewSink(&client)
	if err != nil {
		return s, err
	}
	defer web.Close()
	s.User = "bench-user"
	answer, err := client.Call(ctx, fmt.Sprintf("/v1/merchant/%d/cardstoragepayout/add", s.Merchant),
		"pg_user_id", s.User, "pg_post_link", web.URL("/saved"), "pg_back_link", web.URL("/back"))
	if err != nil {
		return s, err
	}
	page := answer.Get("pg_redirect_url")
	if page == "" {
		return s, fmt.Errorf("card not saved: %s %s", answer.Get("pg_error_code"), answer.Get("pg_error_description"))
	}
	if err := typeCard(ctx, client.HTTP, page, number); err != nil {
		return s, err
	}
	wait, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	saved, err := web.Wait(wait, answer.Get("pg_payment_id"), 1)
	if err != nil {
		return s, errors.New("no tokenization callback came: the server must be allowed to call this machine (--allow-private-callbacks)")
	}
	if s.Token = saved[0].Message.Get("pg_card_token"); s.Token == "" {
		return s, fmt.Errorf("card not saved: %s", saved[0].Message.Get("pg_error_description"))
	}
	return s, nil
}

func typeCard(ctx context.Context, client *http.Client, page, number string) error {
	typed := url.Values{"number": {number}, "holder": {"BENCH USER"}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, page, strings.NewReader(typed.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}
