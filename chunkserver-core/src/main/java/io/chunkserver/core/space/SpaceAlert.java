package io.chunkserver.core.space;

/**
 * A server has become fuller or emptier than a threshold.
 *
 * @param before how full it was
 * @param now    how full it is; another level than before
 * @param space  the numbers that made the difference
 */
public record SpaceAlert(SpaceLevel before, SpaceLevel now, SpaceSnapshot space) {}
