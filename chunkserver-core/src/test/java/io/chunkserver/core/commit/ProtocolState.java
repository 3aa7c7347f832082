package io.chunkserver.core.commit;

/**
 * All servers and the network, with what may still fail. Servers and messages are the numbers that {@link ServerSteps} gives them,
 * so that millions of states can wait to be explored.
 */
final class ProtocolState {

    final int[] members;

    /** All that was ever sent, in order. */
    final int[] messages;

    final int restarts;
    final int wipes;
    final int diskFailures;

    ProtocolState(int[] members, int[] messages, int restarts, int wipes, int diskFailures) {
        this.members = members;
        this.messages = messages;
        this.restarts = restarts;
        this.wipes = wipes;
        this.diskFailures = diskFailures;
    }

    long hash() {
        long hash = mixed(restarts, mixed(wipes, diskFailures));
        for (int member : members) {
            hash = mixed(member, hash);
        }
        for (int message : messages) {
            hash = mixed(message, hash);
        }
        return hash;
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) over a running hash. */
    private static long mixed(long value, long hash) {
        long mixed = hash * 0x9E3779B97F4A7C15L + value + 1;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
