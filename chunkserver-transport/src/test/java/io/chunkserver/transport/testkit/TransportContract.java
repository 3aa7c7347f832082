package io.chunkserver.transport.testkit;

import io.chunkserver.transport.Transport;
import org.junit.jupiter.api.Timeout;

/**
 * What {@link Transport} promises, tried on a server's and a client's transport that reach each other. A broken promise is reported with
 * the calls, and the frames that came.
 */
@Timeout(60)
public abstract class TransportContract extends TransportFixture
        implements TransportFrameContract,
                TransportReadingContract,
                TransportBlockingContract,
                TransportConnectingContract,
                TransportClosingContract {}
