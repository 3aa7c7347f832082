package io.chunkserver.core.space;

/**
 * A server has become fuller or emptier than a threshold; of one with several data directories, one of these, and each of them when it is
 * the limit that they share.
 *
 * @param before how full it was
 * @param now    how full it is; another level than before
 * @param space  the numbers that made the difference
 */
public record SpaceAlert(SpaceLevel before, SpaceLevel now, SpaceSnapshot space) {}
