// Every method of Spotify's own SDK with what it is called with, the operation that it asks for, and since when a new
// development-mode app is refused it: `all` is still there, `older` went in February 2026, `retired` in November 2024.
import { SpotifyApi } from '@spotify/web-api-ts-sdk';
import { app } from './login.mjs';

const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex');
// An SDK whose requests go to `url`, with the last answer at hand.
export function connect(token, url) {
  const seen = {};
  const api = SpotifyApi.withAccessToken(app.id, token, {
    fetch: async (target, options) => {
      seen.response = await fetch(target.replace('https://api.spotify.com', url), options);
      return seen.response;
    },
  });
  return { api, seen };
}

// What the calls are made with: of each kind a few ids that exist.
export async function things(api) {
  const found = await api.search('the', ['track', 'artist', 'album', 'playlist', 'show', 'episode', 'audiobook'], 'US', 5);
  const ids = Object.fromEntries(Object.entries(found).map(([kind, page]) => [
    kind, page.items.filter(Boolean).map((item) => item.id)]));
  const book = await api.audiobooks.get(ids.audiobooks[0], 'US');
  const devices = (await api.player.getAvailableDevices()).devices.filter((each) => each.id && !each.is_restricted);
  return { ...ids, chapters: book.chapters.items.map((item) => item.id), devices: devices.map((each) => each.id), me: (await api.currentUser.profile()).id };
}

const uri = (kind, id) => `spotify:${kind}:${id}`;
const list = (values) => Array.isArray(values) && values.length > 0;
const page = (answer) => list(answer.items) && answer.total > 0;
const all = (...flags) => list(flags[0]) && flags[0].every(Boolean);
const of = (id) => (answer) => answer.id === id;

// [method, reach, call, what must be true of the answer]. In order: what is made here is used below.
export function rows(at) {
  const [track, track2] = at.tracks, [artist] = at.artists, [album] = at.albums, [show] = at.shows, [episode] = at.episodes;
  const [audiobook] = at.audiobooks, [chapter, chapter2] = at.chapters, [device, device2] = at.devices;
  const own = (api) => api.playlists;
  return [
    ['albums.get', 'all', (api) => api.albums.get(album, 'US'), of(album)],
    ['albums.get', 'older', (api) => api.albums.get(at.albums), (got) => got.length === at.albums.length],
    ['albums.tracks', 'all', (api) => api.albums.tracks(album, 'US', 3), page],
    ['artists.get', 'all', (api) => api.artists.get(artist), of(artist)],
    ['artists.get', 'older', (api) => api.artists.get(at.artists), (got) => got.length === at.artists.length],
    ['artists.albums', 'all', (api) => api.artists.albums(artist, 'album,single', 'US', 5), page],
    ['artists.topTracks', 'older', (api) => api.artists.topTracks(artist, 'US'), (got) => list(got.tracks)],
    ['artists.relatedArtists', 'retired', (api) => api.artists.relatedArtists(artist)],
    ['audiobooks.get', 'all', (api) => api.audiobooks.get(audiobook, 'US'), of(audiobook)],
    ['audiobooks.get', 'older', (api) => api.audiobooks.get(at.audiobooks, 'US'), list],
    ['audiobooks.getAudiobookChapters', 'all', (api) => api.audiobooks.getAudiobookChapters(audiobook, 'US', 4), page],
    ['browse.getCategories', 'older', (api) => api.browse.getCategories('US', 'en_US', 3), (got) => page(got.categories)],
    ['browse.getCategory', 'older', (api) => api.browse.getCategory('party'), of('party')],
    ['browse.getNewReleases', 'older', (api) => api.browse.getNewReleases('US', 4), (got) => page(got.albums)],
    ['browse.getFeaturedPlaylists', 'retired', (api) => api.browse.getFeaturedPlaylists('US')],
    ['browse.getPlaylistsForCategory', 'retired', (api) => api.browse.getPlaylistsForCategory('party')],
    ['chapters.get', 'all', (api) => api.chapters.get(chapter, 'US'), of(chapter)],
    ['chapters.get', 'older', (api) => api.chapters.get([chapter, chapter2], 'US'), list],
    ['episodes.get', 'all', (api) => api.episodes.get(episode, 'US'), of(episode)],
    ['episodes.get', 'older', (api) => api.episodes.get(at.episodes, 'US'), list],
    ['recommendations.get', 'retired', (api) => api.recommendations.get({ seed_artists: [artist] })],
    ['recommendations.genreSeeds', 'retired', (api) => api.recommendations.genreSeeds()],
    ['markets.getAvailableMarkets', 'older', (api) => api.markets.getAvailableMarkets(), (got) => got.markets.includes('US')],
    ['search', 'all', (api) => api.search('night', ['track'], 'US', 3, 1), (got) => page(got.tracks)],
    ['shows.get', 'all', (api) => api.shows.get(show, 'US'), of(show)],
    ['shows.get', 'older', (api) => api.shows.get(at.shows, 'US'), list],
    ['shows.episodes', 'all', (api) => api.shows.episodes(show, 'US', 3), page],
    ['tracks.get', 'all', (api) => api.tracks.get(track, 'US'), of(track)],
    ['tracks.get', 'older', (api) => api.tracks.get(at.tracks, 'US'), list],
    ['tracks.audioFeatures', 'retired', (api) => api.tracks.audioFeatures(track)],
    ['tracks.audioFeatures', 'retired', (api) => api.tracks.audioFeatures(at.tracks)],
    ['tracks.audioAnalysis', 'retired', (api) => api.tracks.audioAnalysis(track)],
    ['users.profile', 'older', (api) => api.users.profile('sim-friend'), of('sim-friend')],

    ['currentUser.profile', 'all', (api) => api.currentUser.profile(), of(at.me)],
    ['currentUser.topItems', 'all', (api) => api.currentUser.topItems('tracks', 'short_term', 5), page],
    ['currentUser.topItems', 'all', (api) => api.currentUser.topItems('artists', 'long_term', 5), page],
    ['currentUser.followedArtists', 'all', (api) => api.currentUser.followedArtists(undefined, 3), (got) => page(got.artists)],
    ['currentUser.followArtistsOrUsers', 'older', (api) => api.currentUser.followArtistsOrUsers([artist], 'artist')],
    ['currentUser.followsArtistsOrUsers', 'older', (api) => api.currentUser.followsArtistsOrUsers([artist], 'artist'), all],
    ['currentUser.unfollowArtistsOrUsers', 'older', (api) => api.currentUser.unfollowArtistsOrUsers([artist], 'artist')],
    ['currentUser.albums.saveAlbums', 'older', (api) => api.currentUser.albums.saveAlbums([album])],
    ['currentUser.albums.hasSavedAlbums', 'older', (api) => api.currentUser.albums.hasSavedAlbums([album]), all],
    ['currentUser.albums.savedAlbums', 'all', (api) => api.currentUser.albums.savedAlbums(3, 0, 'US'), page],
    ['currentUser.albums.removeSavedAlbums', 'older', (api) => api.currentUser.albums.removeSavedAlbums([album])],
    ['currentUser.audiobooks.saveAudiobooks', 'older', (api) => api.currentUser.audiobooks.saveAudiobooks([audiobook])],
    ['currentUser.audiobooks.hasSavedAudiobooks', 'older', (api) => api.currentUser.audiobooks.hasSavedAudiobooks([audiobook]), all],
    ['currentUser.audiobooks.savedAudiobooks', 'all', (api) => api.currentUser.audiobooks.savedAudiobooks(3), page],
    ['currentUser.audiobooks.removeSavedAudiobooks', 'older', (api) => api.currentUser.audiobooks.removeSavedAudiobooks([audiobook])],
    ['currentUser.episodes.saveEpisodes', 'older', (api) => api.currentUser.episodes.saveEpisodes([episode])],
    ['currentUser.episodes.hasSavedEpisodes', 'older', (api) => api.currentUser.episodes.hasSavedEpisodes([episode]), all],
    ['currentUser.episodes.savedEpisodes', 'all', (api) => api.currentUser.episodes.savedEpisodes('US', 3), page],
    ['currentUser.episodes.removeSavedEpisodes', 'older', (api) => api.currentUser.episodes.removeSavedEpisodes([episode])],
    ['currentUser.shows.saveShows', 'older', (api) => api.currentUser.shows.saveShows([show])],
    ['currentUser.shows.hasSavedShow', 'older', (api) => api.currentUser.shows.hasSavedShow([show]), all],
    ['currentUser.shows.savedShows', 'all', (api) => api.currentUser.shows.savedShows(3), page],
    ['currentUser.shows.removeSavedShows', 'older', (api) => api.currentUser.shows.removeSavedShows([show], 'US')],
    ['currentUser.tracks.saveTracks', 'older', (api) => api.currentUser.tracks.saveTracks([track, track2])],
    ['currentUser.tracks.hasSavedTracks', 'older', (api) => api.currentUser.tracks.hasSavedTracks([track, track2]), all],
    ['currentUser.tracks.savedTracks', 'all', (api) => api.currentUser.tracks.savedTracks(3, 0, 'US'), page],
    ['currentUser.tracks.removeSavedTracks', 'older', (api) => api.currentUser.tracks.removeSavedTracks([track, track2])],

    ['currentUser.playlists.playlists', 'all', (api) => api.currentUser.playlists.playlists(5), page],
    ['currentUser.playlists.follow', 'older', (api) => api.currentUser.playlists.follow(at.playlists[0])],
    ['currentUser.playlists.isFollowing', 'older', (api) => api.currentUser.playlists.isFollowing(at.playlists[0], [at.me]), list],
    ['currentUser.playlists.unfollow', 'older', (api) => api.currentUser.playlists.unfollow(at.playlists[0])],
    ['playlists.createPlaylist', 'older', async (api) => (at.made = await own(api).createPlaylist(at.me, { name: 'By the SDK', public: false })),
      (got) => got.name === 'By the SDK'],
    ['playlists.getPlaylist', 'all', (api) => own(api).getPlaylist(at.made.id, 'US', undefined, ['track', 'episode']), () => true],
    ['playlists.addItemsToPlaylist', 'older', (api) => own(api).addItemsToPlaylist(at.made.id, at.tracks.map((id) => uri('track', id)), 0)],
    ['playlists.getPlaylistItems', 'older', (api) => own(api).getPlaylistItems(at.made.id, 'US', undefined, 50, 0), (got) => got.total === at.tracks.length],
    ['playlists.movePlaylistItems', 'older', (api) => own(api).movePlaylistItems(at.made.id, 0, 1, 3), (got) => got.snapshot_id],
    ['playlists.updatePlaylistItems', 'older',
      (api) => own(api).updatePlaylistItems(at.made.id, { range_start: 0, range_length: 1, insert_before: 2 }), (got) => got.snapshot_id],
    ['playlists.removeItemsFromPlaylist', 'older', (api) => own(api).removeItemsFromPlaylist(at.made.id, { tracks: [{ uri: uri('track', track) }] })],
    ['playlists.changePlaylistDetails', 'all', (api) => own(api).changePlaylistDetails(at.made.id, { name: 'Changed by the SDK' })],
    ['playlists.addCustomPlaylistCoverImage', 'all', (api) => own(api).addCustomPlaylistCoverImage(at.made.id, jpeg)],
    ['playlists.addCustomPlaylistCoverImageFromBase64String', 'all',
      (api) => own(api).addCustomPlaylistCoverImageFromBase64String(at.made.id, jpeg.toString('base64'))],
    ['playlists.getPlaylistCoverImage', 'all', (api) => own(api).getPlaylistCoverImage(at.made.id), list],
    ['playlists.getUsersPlaylists', 'older', (api) => own(api).getUsersPlaylists('sim-friend', 3), page],

    ['player.getAvailableDevices', 'all', (api) => api.player.getAvailableDevices(), (got) => list(got.devices)],
    ['player.transferPlayback', 'all', (api) => api.player.transferPlayback([device], false)],
    ['player.startResumePlayback', 'all', (api) => api.player.startResumePlayback(device, uri('album', album), undefined, { position: 0 }, 0)],
    ['player.getPlaybackState', 'all', (api) => api.player.getPlaybackState('US', 'track,episode'), (got) => got.is_playing],
    ['player.getCurrentlyPlayingTrack', 'all', (api) => api.player.getCurrentlyPlayingTrack('US'), (got) => got.item.type === 'track'],
    ['player.addItemToPlaybackQueue', 'all', (api) => api.player.addItemToPlaybackQueue(uri('track', track))],
    ['player.getUsersQueue', 'all', (api) => api.player.getUsersQueue(), (got) => got.queue[0].id === track],
    ['player.seekToPosition', 'all', (api) => api.player.seekToPosition(1000)],
    ['player.setRepeatMode', 'all', (api) => api.player.setRepeatMode('context')],
    ['player.setPlaybackVolume', 'all', (api) => api.player.setPlaybackVolume(20, device)],
    ['player.togglePlaybackShuffle', 'all', (api) => api.player.togglePlaybackShuffle(true)],
    ['player.skipToNext', 'all', (api) => api.player.skipToNext()],
    ['player.skipToPrevious', 'all', (api) => api.player.skipToPrevious()],
    ['player.pausePlayback', 'all', (api) => api.player.pausePlayback()],
    ['player.getRecentlyPlayedTracks', 'all', (api) => api.player.getRecentlyPlayedTracks(5, { type: 'before', timestamp: Date.now() }), (got) => list(got.items)],
    ['player.transferPlayback', 'all', (api) => api.player.transferPlayback([device2], true)],
  ];
}

// The names of all methods that an SDK object has.
export function methods(api) {
  const names = ['search'];
  const walk = (object, prefix) => {
    for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(object))) {
      if (name !== 'constructor') names.push(prefix + name);
    }
    for (const [name, value] of Object.entries(object)) {
      if (name !== 'api' && value && typeof value === 'object') walk(value, `${prefix}${name}.`);
    }
  };
  for (const [name, value] of Object.entries(api)) {
    if (value && typeof value === 'object' && 'api' in value) walk(value, `${name}.`);
  }
  return names;
}
