// The toolset "auth": logging in and out from within the assistant. Offered where one person owns the process (stdio).
#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "oauth/token.h"
#include "tools/arguments.h"
#include "tools/make.h"
#include "tools/present.h"

namespace tools {
namespace {

struct StatusAnswer {
  std::string summary;
  bool logged_in = false;
  std::optional<std::string> user_id{};
  std::optional<std::string> name{};
  std::optional<std::vector<std::string>> scopes{};
  std::optional<std::string> login_ends_at{};

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("summary", &StatusAnswer::summary),
        schema::required("logged_in", &StatusAnswer::logged_in),
        schema::optional("user_id", &StatusAnswer::user_id),
        schema::optional("name", &StatusAnswer::name),
        schema::optional("scopes", &StatusAnswer::scopes),
        schema::optional("login_ends_at", &StatusAnswer::login_ends_at, "When Spotify will ask again."),
    };
  }
};

StatusAnswer describe(const Services& services, const LoginStatus& status) {
  const Presenter presenter(services);
  StatusAnswer answer;
  answer.logged_in = status.logged_in;
  answer.user_id = status.user_id;
  answer.name = presenter.name(status.display_name);
  if (status.consent_ends_at) answer.login_ends_at = base::to_rfc3339(*status.consent_ends_at);
  if (status.logged_in) {
    answer.scopes = status.scopes;
    answer.summary = fmt::format("Logged in{}.", status.user_id ? " as " + *status.user_id : "");
    if (status.consent_ends_at && *status.consent_ends_at < services.clock.wall() + kEndsSoon) {
      answer.summary += fmt::format(
          " Spotify asks for consent every six months and ends this login at {}: log in again before, or nothing works "
          "from then on.",
          *answer.login_ends_at);
    }
  } else if (status.authorized_at) {
    answer.summary = fmt::format("The Spotify login has ended. {}", oauth::kHowToLogIn);
  } else {
    answer.summary = fmt::format("Not logged in to Spotify. {}", oauth::kHowToLogIn);
  }
  return answer;
}

base::Task<base::Result<StatusAnswer>> get_auth_status(const Services& services, mcp::CallContext& context,
                                                       schema::Empty) {
  CO_TRY(const LoginStatus status, co_await services.login.status(context.principal()));
  co_return describe(services, status);
}

struct UrlAnswer {
  std::string summary;
  std::string auth_url;
  std::optional<std::string> auth_url_elsewhere{};
  int64_t valid_for_s = 0;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("summary", &UrlAnswer::summary),
        schema::required("auth_url", &UrlAnswer::auth_url),
        schema::optional("auth_url_elsewhere", &UrlAnswer::auth_url_elsewhere,
                         "For a browser on another machine; its last address goes to authenticate."),
        schema::required("valid_for_s", &UrlAnswer::valid_for_s),
    };
  }
};

base::Task<base::Result<UrlAnswer>> get_auth_url(const Services& services, mcp::CallContext& context, schema::Empty) {
  CO_TRY(PendingLogin pending, co_await services.login.begin(context.principal()));
  UrlAnswer answer;
  answer.auth_url = std::move(pending.url);
  if (!pending.url_elsewhere.empty()) answer.auth_url_elsewhere = std::move(pending.url_elsewhere);
  answer.valid_for_s = pending.valid_for.count();
  answer.summary = pending.completes_itself
                       ? "Show the person auth_url to open, once, in a browser on this machine. The login completes "
                         "by itself; get_auth_status tells when."
                       : "Show the person this address. The browser ends on a page that does not load: its whole "
                         "address goes to authenticate.";
  co_return answer;
}

struct AuthenticateArguments {
  schema::Text<1, 4096> callback_url;

  static constexpr auto fields() {
    return schema::Fields{schema::required("callback_url", &AuthenticateArguments::callback_url, "The whole address.")};
  }
};

base::Task<base::Result<StatusAnswer>> authenticate(const Services& services, mcp::CallContext& context,
                                                    AuthenticateArguments arguments) {
  CO_TRY(const LoginStatus status,
         co_await services.login.complete(context.principal(), arguments.callback_url.value()));
  co_return describe(services, status);
}

struct LogoutArguments {
  bool dry_run = false;

  static constexpr auto fields() {
    return schema::Fields{schema::defaulted("dry_run", &LogoutArguments::dry_run, kAboutDryRun)};
  }
};

struct LogoutAnswer {
  std::string summary;
  Status status = Status::kVerified;

  static constexpr auto fields() {
    return schema::Fields{schema::required("summary", &LogoutAnswer::summary),
                          schema::required("status", &LogoutAnswer::status)};
  }
};

base::Task<base::Result<LogoutAnswer>> logout(const Services& services, mcp::CallContext& context,
                                              LogoutArguments arguments) {
  if (arguments.dry_run) {
    co_return LogoutAnswer{.summary = "Dry run, nothing was changed. Would forget the stored login.",
                           .status = Status::kDryRun};
  }
  CO_TRY(const Logout done, co_await services.login.logout(context.principal()));
  co_return LogoutAnswer{.summary = done.was_logged_in ? "The stored login is forgotten. To withdraw the consent too, "
                                                         "remove the app at spotify.com/account/apps."
                                                       : "There was no login to forget.",
                         .status = done.was_logged_in ? Status::kVerified : Status::kUnchanged};
}

}  // namespace

std::vector<mcp::Tool> auth_tools(const Services& services) {
  return {
      make(services,
           {.name = "get_auth_status",
            .title = "Login status",
            .description = "Whether someone is logged in to Spotify, and until when.",
            .effect = mcp::Effect::kRead,
            .toolset = "auth"},
           &get_auth_status),
      make(services,
           {.name = "get_auth_url",
            .title = "Log in",
            .description = "Begins a login: an address for the person to open.",
            .effect = mcp::Effect::kWrite,
            .repeat = mcp::Repeat::kAccumulates,
            .toolset = "auth"},
           &get_auth_url),
      make(services,
           {.name = "authenticate",
            .title = "Complete the login",
            .description = "Completes a login with the address on which the browser ended.",
            .effect = mcp::Effect::kWrite,
            .repeat = mcp::Repeat::kAccumulates,
            .toolset = "auth"},
           &authenticate),
      make(services,
           {.name = "logout",
            .title = "Log out",
            .description = "Forgets the stored login.",
            .effect = mcp::Effect::kDestroy,
            .toolset = "auth"},
           &logout),
  };
}

}  // namespace tools
