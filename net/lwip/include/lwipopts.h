/* SPDX-License-Identifier: MIT */
/* lwIP's options. Every object of lwIP is compiled with these, and so is every file of ours that includes
 * its headers; nothing else configures it. */
#pragma once

/* ---- System: real threads, core locking, one packet path under the core lock ---------------------- */
#define NO_SYS 0
#define SYS_LIGHTWEIGHT_PROT 1
#define LWIP_TCPIP_CORE_LOCKING 1
#define LWIP_TCPIP_CORE_LOCKING_INPUT 1
#define LOCK_TCPIP_CORE() sys_mutex_lock(&lock_tcpip_core)
#define UNLOCK_TCPIP_CORE() lacuna_lwip_unlock_core()
#define TCPIP_THREAD_NAME "tcpip"
#define TCPIP_THREAD_STACKSIZE 0 /* sys_thread_new chooses */
#define TCPIP_THREAD_PRIO 1
#define TCPIP_MBOX_SIZE 64
#define DEFAULT_TCP_RECVMBOX_SIZE 256
#define DEFAULT_UDP_RECVMBOX_SIZE 64
#define DEFAULT_RAW_RECVMBOX_SIZE 32
#define DEFAULT_ACCEPTMBOX_SIZE 64
#define DEFAULT_THREAD_STACKSIZE 0
#define DEFAULT_THREAD_PRIO 1
#define LWIP_MPU_COMPATIBLE 0
#define LWIP_TIMERS 1

/* ---- Memory: pools are exclusive slab caches, the heap is the domain's (pools.cpp) ---------------- */
#define MEM_ALIGNMENT 8
#define MEM_SIZE 65536 /* not used, only checked */
#define MEM_CUSTOM_ALLOCATOR 1
#define MEM_CUSTOM_MALLOC lacuna_lwip_malloc
#define MEM_CUSTOM_CALLOC lacuna_lwip_calloc
#define MEM_CUSTOM_FREE lacuna_lwip_free
#define MEMP_MEM_MALLOC 0
/* The numbers bound what one namespace may hold of each kind; memory is taken when it is used. */
#define MEMP_NUM_NETCONN 128
#define MEMP_NUM_RAW_PCB 16
#define MEMP_NUM_UDP_PCB 64
#define MEMP_NUM_TCP_PCB 1024
#define MEMP_NUM_TCP_PCB_LISTEN 32
#define MEMP_NUM_TCP_SEG 8192
#define MEMP_NUM_REASSDATA 16
#define MEMP_NUM_FRAG_PBUF 256
#define MEMP_NUM_ARP_QUEUE 256
#define MEMP_NUM_ND6_QUEUE 256
#define MEMP_NUM_SYS_TIMEOUT 64
#define MEMP_NUM_NETBUF 256
#define MEMP_NUM_TCPIP_MSG_API 64
#define MEMP_NUM_TCPIP_MSG_INPKT 64
#define MEMP_NUM_PBUF 8192
#define MEMP_NUM_NETDB 8
#define PBUF_POOL_SIZE 1024
#define PBUF_POOL_BUFSIZE 1600
#define LWIP_SUPPORT_CUSTOM_PBUF 1
#define LWIP_DISABLE_MEMP_SANITY_CHECKS 1 /* they assume that the pools are static arrays */

/* ---- IPv4 and IPv6 --------------------------------------------------------------------------------- */
#define LWIP_IPV4 1
#define LWIP_ARP 1
/* Packets wait for a neighbour's address, so many for each: what 40 clients begin at once is not to wait for their
 * retransmission. (For IPv6 the pool above bounds all of them together.) */
#define ARP_QUEUEING 1
#define ARP_QUEUE_LEN 64
#define ARP_TABLE_SIZE 32
#define ETHARP_SUPPORT_STATIC_ENTRIES 1
#define IP_FORWARD 0
#define IP_REASSEMBLY 1
#define IP_FRAG 1
#define IP_REASS_MAX_PBUFS 64
#define LWIP_ICMP 1
#define LWIP_BROADCAST_PING 0
#define LWIP_MULTICAST_PING 0
#define LWIP_RAW 1
#define LWIP_IGMP 0
#define LWIP_IPV6 1
#define LWIP_IPV6_NUM_ADDRESSES 4
#define LWIP_IPV6_AUTOCONFIG 1
#define LWIP_IPV6_MLD 1
#define LWIP_IPV6_FRAG 1
#define LWIP_IPV6_REASS 1
#define IPV6_FRAG_COPYHEADER 1 /* its header holds pointers: mandatory where they have 64 bits */
#define LWIP_ICMP6 1
#define LWIP_ND6_QUEUEING 1

/* ---- DHCP, DNS ------------------------------------------------------------------------------------- */
#define LWIP_DHCP 1
#define LWIP_DHCP_DOES_ACD_CHECK 0 /* its probes would delay every lease by seconds */
#define LWIP_ACD 0
#define LWIP_AUTOIP 0
#define LWIP_DNS 1
#define DNS_TABLE_SIZE 4
#define DNS_MAX_NAME_LENGTH 128

/* ---- TCP ------------------------------------------------------------------------------------------- */
#define LWIP_TCP 1
/* The interface's MTU bounds it (1460 behind an Ethernet of 1500). An IP packet could hold 65495, but this much fits 64 KiB
 * together with its headers, when it crosses (net/handover), and with lwIP's own, when it is allocated.
 * lwIP's checks want less than 16 KiB, for the sake of a default of TCP_SNDLOWAT that is not used here. */
#define TCP_MSS 65408
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1
#define TCP_OVERSIZE 1460
/* What a connection may have in flight. Memory is taken as data comes, and the domain's limit is on top. The window is
 * twice what a sender here has to send, and the largest at this scale: so the acknowledgement of all that came leaves
 * room for as much again, before the reader has taken any of it. */
#define LWIP_WND_SCALE 1
#define TCP_RCV_SCALE 3
#define TCP_WND 524280
/* What a reader has to take before the sender hears of it on its own account. Segments are acknowledged as they come,
 * and that tells the window too, so an update is for a reader that was behind. But where an acknowledgement is owed, a
 * segment's worth is enough: it would come by the timer, a quarter of a second later, and a sender that has a small last
 * piece waits for it (Nagle's algorithm, RFC 1122 section 4.2.3.4). Not while the segment is being processed: more may
 * come behind it (held_ack.hpp). `pcb` is the variable of tcp_recved(). */
#define TCP_WND_UPDATE_THRESHOLD \
    ((pcb->flags & TF_ACK_DELAY) != 0 && pcb != tcp_input_pcb ? pcb->mss : TCP_WND / 4 * 3)
#define TCP_SND_BUF 262144
#define TCP_SND_QUEUELEN 1024
/* A segment's acknowledgement waits while the next one is already in the ring (held_ack.hpp). */
#define LWIP_HOOK_TCP_INPACKET_PCB(pcb, header, option_bytes, option_1_bytes, option_2, packet) \
    lacuna_lwip_tcp_segment(pcb, packet)
// lwIP's own range macro can start at 65535, from where the first port to be given out is 0 and the first
// connection of the namespace fails: one namespace in 16384.
#define TCP_LOCAL_PORT_RANGE_START 0xc000
#define TCP_LOCAL_PORT_RANGE_END 0xffff
#define TCP_ENSURE_LOCAL_PORT_RANGE(port) \
    ((u16_t)(TCP_LOCAL_PORT_RANGE_START + (port) % (TCP_LOCAL_PORT_RANGE_END - TCP_LOCAL_PORT_RANGE_START)))
#define TCP_SNDLOWAT 32768 /* tcp_sndbuf() says 65535 at most */
#define TCP_QUEUE_OOSEQ 1
#define TCP_OOSEQ_MAX_PBUFS 128
#define LWIP_TCP_SACK_OUT 1
#define LWIP_TCP_MAX_SACK_NUM 4
#define LWIP_TCP_KEEPALIVE 1
#define TCP_LISTEN_BACKLOG 1
#define TCP_DEFAULT_LISTEN_BACKLOG 64
#define TCP_MSL 5000UL /* in ms: nothing is further away than the host */
#define TCP_CALCULATE_EFF_SEND_MSS 1

/* ---- UDP ------------------------------------------------------------------------------------------- */
#define LWIP_UDP 1
#define LWIP_NETBUF_RECVINFO 1

/* ---- Sockets: the lwip_ names only, so that they cannot be taken for a C library's ------------------ */
#define LWIP_NETCONN 1
#define LWIP_SOCKET 1
#define LWIP_COMPAT_SOCKETS 0
#define LWIP_POSIX_SOCKETS_IO_NAMES 0
#define LWIP_SOCKET_SELECT 1
#define LWIP_SOCKET_POLL 1
#define LWIP_SO_RCVTIMEO 1
#define LWIP_SO_SNDTIMEO 1
#define LWIP_SO_RCVBUF 1
#define LWIP_SO_LINGER 1
#define RECV_BUFSIZE_DEFAULT 262144
/* Of multicast groups in a namespace: a table that each close of a socket walks. */
#define LWIP_SOCKET_MAX_MEMBERSHIPS 16
#define SO_REUSE 1
#define LWIP_TIMEVAL_PRIVATE 0
#define LWIP_ERRNO_STDINCLUDE 1
#define LWIP_TCP_CLOSE_TIMEOUT_MS_DEFAULT 20000

/* ---- Interfaces: every input function is called with the core lock held ----------------------------- */
#define LWIP_ETHERNET 1
#define ETH_PAD_SIZE 0
#define LWIP_NETIF_API 0
#define LWIP_NETIF_HOSTNAME 1
#define LWIP_NETIF_STATUS_CALLBACK 0
#define LWIP_NETIF_LINK_CALLBACK 0
#define LWIP_NETIF_EXT_STATUS_CALLBACK 0
#define LWIP_NUM_NETIF_CLIENT_DATA 2
#define LWIP_HAVE_LOOPIF 1
#define LWIP_NETIF_LOOPBACK 1
#define LWIP_NETIF_LOOPBACK_MULTITHREADING 1
#define LWIP_LOOPBACK_MAX_PBUFS 512
#define LWIP_CHECKSUM_CTRL_PER_NETIF 1

/* ---- Statistics and checks --------------------------------------------------------------------------- */
#define LWIP_STATS 1
#define LWIP_STATS_DISPLAY 0
#define LWIP_STATS_LARGE 1
#define MEM_STATS 0 /* the domain counts what its heap holds */
#define MEMP_STATS 1
#define SYS_STATS 0
#if LACUNA_ASSERTIONS
#define LWIP_ASSERT_CORE_LOCKED() lacuna_lwip_assert_core_locked()
#else
#define LWIP_NOASSERT 1
#endif
#define LWIP_CHKSUM lacuna_lwip_checksum
#define LWIP_RAND() lacuna_lwip_random()

/* ---- Applications ------------------------------------------------------------------------------------ */
#define HTTPD_SERVER_AGENT "Lacuna"
#define HTTPD_FSDATA_FILE "no_fsdata.h"
#define LWIP_HTTPD_CUSTOM_FILES 1
#define LWIP_HTTPD_FILE_EXTENSION 1
#define LWIP_HTTPD_DYNAMIC_HEADERS 1
#define LWIP_HTTPD_DYNAMIC_FILE_READ 0
/* Files are sent from where they lie. A page that http_files.cpp wrote is freed as soon as the last of it
 * is queued, so it is copied. */
#define HTTP_IS_DATA_VOLATILE(hs) \
    ((hs)->handle != NULL && (hs)->handle->pextension != NULL ? TCP_WRITE_FLAG_COPY : 0)
#define LWIP_HTTPD_SUPPORT_EXTSTATUS 1
#define LWIP_HTTPD_SUPPORT_V09 0
#define LWIP_HTTPD_SUPPORT_REQUESTLIST 1
#define LWIP_HTTPD_MAX_REQUEST_URI_LEN 255
#define LWIP_HTTPD_MAX_REQ_LENGTH 4096
#define LWIP_HTTPD_REQ_QUEUELEN 16
#define HTTPD_LIMIT_SENDING_TO_2MSS 0
#define HTTPD_POLL_INTERVAL 4
#define HTTPD_MAX_RETRIES 60 /* a reader that is slow, not gone: two minutes */
#define LWIPERF_CHECK_RX_DATA 0
