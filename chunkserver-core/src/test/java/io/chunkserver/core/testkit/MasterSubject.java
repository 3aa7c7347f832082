package io.chunkserver.core.testkit;

import io.chunkserver.core.membership.Master;

/**
 * A master under test, and what otherwise a timer does to it. It is to keep three copies, to suspect a server after two missing
 * heartbeats, to take it for dead after four, and to give no order for lack of copies in its first four ticks.
 */
public interface MasterSubject {

    /** How clients and servers reach it. */
    Master master();

    /** Lets one heartbeat interval pass. */
    void tick();

    /** Lets it plan until there is nothing to be planned at present. */
    void plan();
}
