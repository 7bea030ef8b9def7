#include "store/grants.h"

namespace store {

Grant Grant::clone() const {
  return {.state = state,
          .user_id = user_id,
          .scopes = scopes,
          .access_token = access_token.clone(),
          .refresh_token = refresh_token.clone(),
          .access_expires_at = access_expires_at,
          .authorized_at = authorized_at,
          .generation = generation};
}

}  // namespace store
