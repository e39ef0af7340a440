import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerStopFilled, IconPlugConnectedX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { resumeScope } from '../api/actions.ts';
import { live } from '../api/live.ts';
import { scopePausesQuery, stopsQuery, type ScopePause, type Stop } from '../api/queries.ts';
import { useStore } from '../api/store.ts';
import { Clamped } from '../parts/clamped.tsx';
import { notifyFailure } from '../parts/notify.tsx';
import { LinkButton } from '../parts/link-button.tsx';
import { shortDuration } from '../parts/time.tsx';
import { useNow } from '../parts/use-now.ts';
import { scopeWords } from './scope-words.ts';
import classes from './shell.module.css';

/** What is true of the whole server now, above every screen. */
export const Banners = () => {
  const stops = useQuery(stopsQuery()).data ?? [];
  const pauses = useQuery(scopePausesQuery()).data ?? [];
  return (
    <>
      <OfflineBanner />
      {stops.map((stop) => (
        <StopBanner key={stop.stop_id} stop={stop} />
      ))}
      {pauses.map((pause) => (
        <PauseBanner key={pause.pause_id} pause={pause} />
      ))}
    </>
  );
};

const OfflineBanner = () => {
  const { state, heardAt } = useStore(live);
  const now = useNow();
  if (state !== 'offline' && state !== 'refused') return null;
  return (
    <div className={classes['banner']} data-kind="offline" role="status">
      <IconPlugConnectedX size={20} aria-hidden />
      <span className={classes['said']}>
        {state === 'refused'
          ? 'The server does not tell this key what changes: it may not read here, or is not good. '
          : `Offline${heardAt === null ? '' : `, last update ${shortDuration(now - heardAt)} ago`}. `}
        What you see may have changed
        {state === 'refused' ? '.' : '; it is brought up to date as soon as the server answers.'}
      </span>
    </div>
  );
};

const StopBanner = ({ stop }: { stop: Stop }) => {
  const confirmed = stop.runs.filter((run) => run.confirmed).length;
  return (
    <div className={classes['banner']} data-kind="stopped" role="alert">
      <IconPlayerStopFilled size={20} aria-hidden />
      <span className={classes['said']}>
        <strong>Emergency stop: {scopeWords(stop.scope)}.</strong> Nothing starts.{' '}
        {stop.runs.length > 0 && `${confirmed} of ${stop.runs.length} runs confirmed down. `}
        <Clamped>
          {stop.requested_by}: “{stop.reason}”
        </Clamped>
      </span>
      <LinkButton to="/stop" search={{ stop: stop.stop_id }} variant="white" color="dark" size="xs">
        Review and release…
      </LinkButton>
    </div>
  );
};

const PauseBanner = ({ pause }: { pause: ScopePause }) => {
  const queries = useQueryClient();
  const resume = useMutation({
    mutationFn: () => resumeScope(pause.pause_id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['pauses'] }),
    onError: notifyFailure('The pause was not ended'),
  });
  const { draining = 0, paused = 0, held = 0 } = pause.runs ?? {};
  return (
    <div className={classes['banner']} data-kind="paused" role="status">
      <IconPlayerPause size={20} aria-hidden />
      <span className={classes['said']}>
        <strong>
          {pause.window_id === null ? 'Paused' : 'Pause window'}: {scopeWords(pause.scope)}.
        </strong>{' '}
        {draining > 0 && `${draining} on the way to a safe point, `}
        {paused} paused, {held} waiting to start.
        <Clamped>
          {pause.requested_by}: “{pause.reason}”
        </Clamped>
      </span>
      <Button size="xs" variant="default" loading={resume.isPending} onClick={() => resume.mutate()}>
        Let it go on
      </Button>
    </div>
  );
};
