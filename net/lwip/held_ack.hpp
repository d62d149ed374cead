// SPDX-License-Identifier: MIT
#pragma once

struct pbuf;
struct tcp_pcb;

namespace net {

/// Lets one acknowledgement answer all segments that arrive together. lwIP acknowledges every second segment
/// at once; while the next packet is already in the receive ring, that answer would be out of date before
/// anyone sees it. So the receive thread says of each packet whether more are waiting, and the
/// acknowledgement of the connection that the batch began with is put off until the last of them (a "stretch
/// ACK", RFC 2525 section 2.13: the sender counts bytes, not acknowledgements, and loses nothing by it).
///
/// One per namespace. Under the core lock, which is held over the whole batch.
class HeldAck {
public:
    /// Whether more packets wait behind the one that goes to lwIP next.
    enum class Behind : bool { Nothing, More };
    void next_packet(Behind behind) { behind_ = behind; }
    Behind behind() const { return behind_; }

    /// A segment with data for `pcb` is about to be processed. A chain is several that were joined, or one that
    /// is larger than a frame: unless it is held back, its answer is due at once, as after lwIP's every second one.
    void segment(tcp_pcb& pcb, const pbuf& data);

    /// The batch is over: sends what is still owed.
    void end_batch() {
        behind_ = Behind::Nothing;
        if (held_ != nullptr) release();
    }

private:
    void release();

    tcp_pcb* held_ = nullptr; ///< compared, and followed only after it was found among the live ones
    Behind behind_ = Behind::Nothing;
};

/// The current namespace's own.
extern HeldAck held_ack;

} // namespace net
